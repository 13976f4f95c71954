// about: A blocked reader and a blocked writer wake when the other end goes;
// about: several at once
// calls: read write close pipe2
#include "abi.h"

int main(void)
{
    int p[2], st;
    char c;
    static char b[100000];
    pipe(p);
    pid_t k[3];
    for (int i = 0; i < 3; i++) {
        k[i] = CHILD(close(p[1]); _exit(read(p[0], &c, 1)));
        wait_asleep(k[i], k[i]);
    }
    close(p[1]);
    for (int i = 0; i < 3; i++)
        wait_show("reader", k[i]);
    pipe(p);
    for (int i = 0; i < 3; i++) {
        k[i] = CHILD({
            close(p[0]);
            signal(SIGPIPE, SIG_IGN);
            while (write(p[1], b, sizeof b) > 0)
                ;
            _exit(errno == EPIPE ? 7 : 8);
        });
        wait_asleep(k[i], k[i]);
    }
    close(p[0]);
    for (int i = 0; i < 3; i++) {
        waitpid(k[i], &st, 0);
        show_status("writer", st);
    }
}
