// about: getrandom: sizes, flags, refusals, no repeats
// calls: getrandom
#include "abi.h"

int main(void)
{
    unsigned char a[256], b[256];
    static char big[100000];
    T(sys(getrandom, a, 0, 0));
    T(sys(getrandom, a, 1, 0));
    T(sys(getrandom, a, 256, 0));
    T(sys(getrandom, b, 256, 0));
    Y(memcmp(a, b, 256) != 0);
    T(sys(getrandom, big, sizeof big, 0));
    T(sys(getrandom, a, 256, 1));
    T(sys(getrandom, a, 256, 2));
    T(sys(getrandom, a, 256, 3));
    T(sys(getrandom, a, 256, 4));
    T(sys(getrandom, a, 256, 6));
    T(sys(getrandom, a, 256, 8));
    BAD(p, sys(getrandom, p, 10, 0));
    T(sys(getrandom, edge(10), 100, 0) > 0);
    T(sys(getrandom, page(PROT_READ), 10, 0));
    int cnt[256] = {0}, lo = 0;
    for (int i = 0; i < 100000; i++)
        cnt[(unsigned char)big[i]]++;
    for (int i = 0; i < 256; i++)
        lo += cnt[i] < 250 || cnt[i] > 550;
    N(lo);
    int p[2];
    pipe(p);
    RUN("a child draws others", {
        sys(getrandom, b, 16, 0);
        write(p[1], b, 16);
    });
    sys(getrandom, a, 16, 0);
    read(p[0], b, 16);
    Y(memcmp(a, b, 16) != 0);
}
