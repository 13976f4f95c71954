// about: Leaving handlers by siglongjmp, a thousand times, with and without an
// about: alternate stack; the mask restored
// calls: rt_sigaction rt_sigprocmask sigaltstack
#include "abi.h"

#include <setjmp.h>
static sigjmp_buf env;
static void h(int s)
{
    siglongjmp(env, s);
}
int main(void)
{
    static char st[32768];
    volatile int n = 0, sum = 0;
    for (int alt = 0; alt < 2; alt++) {
        if (alt)
            sigaltstack(&(stack_t){.ss_sp = st, .ss_size = sizeof st}, NULL);
        set_handler(SIGUSR1, h, alt ? SA_ONSTACK : 0);
        set_handler(SIGSEGV, h, alt ? SA_ONSTACK : 0);
        n = sum = 0;
        int r = sigsetjmp(env, 1);
        if (r)
            sum += r;
        if (n++ < 500) {
            if (n % 2)
                raise(SIGUSR1);
            else
                *(volatile int *)8 = 1;
        }
        sigset_t m;
        sigprocmask(0, NULL, &m);
        say("%d rounds, sum %d, blocked %d %d", n, sum,
            sigismember(&m, SIGUSR1), sigismember(&m, SIGSEGV));
    }
}
