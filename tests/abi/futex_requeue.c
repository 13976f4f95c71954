// about: futex REQUEUE, CMP_REQUEUE and WAKE_OP
// calls: futex
#include "abi.h"

#define FX(p, op, v, v2, p2, v3) sys(futex, p, op, v, v2, p2, v3)
enum {
    REQ = 3,
    CMP = 4,
    OP = 5
};
static int *a, *b;
static pid_t wait_on(int *f)
{
    pid_t k = CHILD(_exit(FX(f, 0, *f, NULL, NULL, 0) ? errno : 0));
    wait_asleep(k, k);
    return k;
}
int main(void)
{
    a = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
             0);
    b = a + 16;
    pid_t k[4];
    for (int i = 0; i < 4; i++)
        k[i] = wait_on(a);
    T(FX(a, CMP, 1, 2, b, 5));
    T(FX(a, CMP, 1, 2, b, 0));
    T(FX(b, 1, 10, 0, NULL, 0));
    T(FX(a, 1, 10, 0, NULL, 0));
    for (int i = 0; i < 4; i++)
        wait_show("waiter", k[i]);
    for (int i = 0; i < 2; i++)
        k[i] = wait_on(a);
    T(FX(a, REQ, 0, 10, b, 0));
    T(FX(a, 1, 10, 0, NULL, 0));
    T(FX(b, REQ, 2, 0, a, 0));
    for (int i = 0; i < 2; i++)
        wait_show("waiter", k[i]);
    T(FX(a, REQ, -1, 1, b, 0));
    T(FX(a, REQ, 1, -1, b, 0));
    T(FX(a, CMP, 0, 0, a, 0));
    T(FX(a, CMP, 1, 1, (char *)b + 1, 0));
    BAD(p, FX(a, CMP, 1, 1, p, 0));
    say("-- wake op: set, add, or, andn, xor; eq, ne, lt, le, gt, ge");
    for (int op = 0; op < 5; op++)
        for (int cmp = 0; cmp < 6; cmp++) {
            *a = 0;
            *b = 6;
            int enc = op << 28 | cmp << 24 | 3 << 12 | 6;
            long r = FX(a, OP, 1, 1, b, enc);
            printf("%d/%d: %ld %d; ", op, cmp, r, *b);
        }
    printf("\n");
    *b = 0;
    T(FX(a, OP, 1, 1, b, (8 | 2) << 28 | 5 << 12));
    N(*b);
    T(FX(a, OP, 1, 1, b, 5 << 28));
    T(FX(a, OP, 1, 1, b, 6 << 24));
    *b = 0;
    k[0] = wait_on(a);
    k[1] = wait_on(b);
    T(FX(a, OP, 1, 1, b, 0 << 28 | 1 << 24 | 9 << 12 | 0));
    N(*b);
    wait_show("first", k[0]);
    T(FX(b, 1, 1, 0, NULL, 0));
    wait_show("second", k[1]);
    *b = 0;
    k[0] = wait_on(a);
    k[1] = wait_on(b);
    T(FX(a, OP, 1, 1, b, 0 << 28 | 0 << 24 | 9 << 12 | 0));
    wait_show("first", k[0]);
    wait_show("second", k[1]);
    char *ro = page(PROT_READ);
    T(FX(a, OP, 1, 1, ro, 0));
    BAD(p, FX(a, OP, 1, 1, p, 0));
}
