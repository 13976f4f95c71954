// about: Twelve processes in a row pass data through pipes; each adds one
// calls: pipe2 clone dup3 execve wait4
#include "abi.h"

int main(void)
{
    int in = -1, p[2];
    for (int i = 0; i <= 12; i++) {
        pipe(p);
        fflush(stdout);
        if (!fork()) {
            close(p[0]);
            if (i == 0)
                for (int j = 0; j < 20000; j++)
                    write(p[1], &j, 4);
            else
                for (int v, n; (n = read(in, &v, 4)) > 0;) {
                    while (n < 4)
                        n += read(in, (char *)&v + n, 4 - n);
                    v++;
                    write(p[1], &v, 4);
                }
            _exit(i);
        }
        if (in >= 0)
            close(in);
        close(p[1]);
        in = p[0];
    }
    long sum = 0;
    int v, cnt = 0, order = 1, last = -1, n;
    while ((n = read(in, &v, 4)) > 0) {
        while (n < 4)
            n += read(in, (char *)&v + n, 4 - n);
        sum += v;
        order &= v > last;
        last = v;
        cnt++;
    }
    say("%d numbers, sum %ld, in order %d", cnt, sum, order);
    int st, codes = 0;
    while (wait(&st) > 0)
        codes += WEXITSTATUS(st);
    N(codes);
}
