// about: Pipe sizes rounded to powers of two of pages, kept data, and what
// about: fits afterwards
// calls: fcntl write read
#include "abi.h"

int main(void)
{
    int p[2];
    static char b[300000];
    pipe2(p, O_NONBLOCK);
    static const int want[] = {4096, 4097, 8192, 10000, 65536, 65537, 200000};
    for (int i = 0; i < 7; i++) {
        N(want[i]);
        T(fcntl(p[1], F_SETPIPE_SZ, want[i]));
        T(fcntl(p[0], F_GETPIPE_SZ));
        T(write(p[1], b, sizeof b));
        T(read(p[0], b, sizeof b));
    }
    write(p[1], "kept", 4);
    T(fcntl(p[1], F_SETPIPE_SZ, 4096));
    T(read(p[0], b, 10));
    say("%.4s", b);
}
