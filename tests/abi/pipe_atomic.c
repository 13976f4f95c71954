// about: Writes of up to PIPE_BUF bytes are not torn; several readers and
// about: writers; order
// calls: write read clone
#include "abi.h"

int main(void)
{
    int p[2];
    pipe(p);
    pid_t k[4];
    for (int i = 0; i < 4; i++)
        k[i] = CHILD({
            char b[512];
            memset(b, 'a' + i, sizeof b);
            for (int j = 0; j < 100; j++)
                write(p[1], b, sizeof b);
        });
    close(p[1]);
    int torn = 0, cnt[4] = {0}, total = 0;
    char b[512];
    for (;;) {
        int got = 0, n = 1;
        while (got < 512 && (n = read(p[0], b + got, 512 - got)) > 0)
            got += n;
        if (n <= 0)
            break;
        total++;
        for (int i = 1; i < 512; i++)
            torn += b[i] != b[0];
        cnt[b[0] - 'a']++;
    }
    say("%d records: %d %d %d %d, torn bytes %d", total, cnt[0], cnt[1], cnt[2],
        cnt[3], torn);
    for (int i = 0; i < 4; i++)
        wait_show("writer", k[i]);
    say("-- a large write arrives in order");
    pipe(p);
    pid_t w = CHILD({
        static int v[50000];
        for (int i = 0; i < 50000; i++)
            v[i] = i;
        T(write(p[1], v, sizeof v));
    });
    close(p[1]);
    int expect = 0, ok = 1, v;
    while (1) {
        char *q = (char *)&v;
        int g = 0, n = 1;
        while (g < 4 && (n = read(p[0], q + g, 4 - g)) > 0)
            g += n;
        if (n <= 0)
            break;
        ok &= v == expect++;
        if (expect % 1000 == 0) {
            char skip[4000];
            int s = 0;
            while (s < 4000 && (n = read(p[0], skip + s, 4000 - s)) > 0)
                s += n;
            expect += 1000;
        }
    }
    say("in order %d, last %d", ok, expect);
    wait_show("writer", w);
    say("-- two readers share what comes");
    int r[2];
    pipe(p);
    pipe(r);
    pid_t a[2];
    for (int i = 0; i < 2; i++)
        a[i] = CHILD({
            close(p[1]);
            char c;
            int n = 0;
            while (read(p[0], &c, 1) == 1)
                n++;
            write(r[1], &n, sizeof n);
        });
    close(p[0]);
    for (int i = 0; i < 200; i++)
        write(p[1], "x", 1);
    close(p[1]);
    int n1, n2;
    read(r[0], &n1, 4);
    read(r[0], &n2, 4);
    N(n1 + n2);
    for (int i = 0; i < 2; i++)
        wait_show("reader", a[i]);
}
