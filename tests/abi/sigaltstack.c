// about: sigaltstack: setting, refusing, use by handlers, SS_AUTODISARM, too
// about: small
// calls: sigaltstack rt_sigaction rt_sigreturn
#include "abi.h"

static char *lo, *hi;
static volatile int on;
static void h(int s)
{
    char x;
    stack_t ss;
    on = &x >= lo && &x < hi;
    sigaltstack(NULL, &ss);
    say("in the handler: on it %d, flags %x", on, (unsigned)ss.ss_flags);
    T(sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL));
}
static void ovf(int s)
{
    char x;
    say("overflow caught, on it %d", &x >= lo && &x < hi);
    _exit(3);
}
static int deep(int n)
{
    volatile char b[1000];
    b[0] = n;
    return n == 0 ? b[0] : deep(n + 1) + b[0];
}
int main(void)
{
    stack_t o, s;
    memset(&o, 0xff, sizeof o);
    T(sigaltstack(NULL, &o));
    Y(o.ss_sp == NULL && o.ss_size == 0 && o.ss_flags == SS_DISABLE);
    lo = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
              -1, 0);
    hi = lo + 65536;
    s = (stack_t){.ss_sp = lo, .ss_size = 65536};
    T(sys(sigaltstack, &s, &o));
    T(sys(sigaltstack, NULL, &o));
    Y(o.ss_sp == lo && o.ss_size == 65536 && o.ss_flags == 0);
    s.ss_size = 1000;
    T(sys(sigaltstack, &s, NULL));
    s.ss_size = 0;
    T(sys(sigaltstack, &s, NULL));
    s = (stack_t){.ss_sp = lo, .ss_size = 65536, .ss_flags = 4};
    T(sys(sigaltstack, &s, NULL));
    s.ss_flags = SS_DISABLE | 1;
    T(sys(sigaltstack, &s, NULL));
    s.ss_flags = 1;
    T(sys(sigaltstack, &s, NULL));
    T(sys(sigaltstack, NULL, NULL));
    for (int i = 1; i < NBAD; i++) {
        note = badname[i];
        T(sys(sigaltstack, badptr(i), NULL));
        T(sys(sigaltstack, NULL, badptr(i)));
    }
    note = NULL;
    s = (stack_t){.ss_sp = lo, .ss_size = 65536};
    sys(sigaltstack, &s, NULL);
    set_handler(SIGUSR1, h, 0);
    raise(SIGUSR1);
    sys(sigaltstack, &s, NULL);
    set_handler(SIGUSR1, h, SA_ONSTACK);
    raise(SIGUSR1);
    sigaltstack(NULL, &o);
    N(o.ss_flags);
    say("-- SS_AUTODISARM");
    s.ss_flags = 1U << 31;
    T(sys(sigaltstack, &s, NULL));
    raise(SIGUSR1);
    sigaltstack(NULL, &o);
    say("afterwards %x", (unsigned)o.ss_flags);
    say("-- a stack overflow");
    RUN("with an alternate stack", {
        s = (stack_t){.ss_sp = lo, .ss_size = 65536};
        sigaltstack(&s, NULL);
        set_handler(SIGSEGV, ovf, SA_ONSTACK);
        N(deep(1));
    });
    RUN("without", {
        s = (stack_t){.ss_flags = SS_DISABLE};
        sigaltstack(&s, NULL);
        set_handler(SIGSEGV, ovf, SA_ONSTACK);
        N(deep(1));
    });
    RUN("one that is not mapped", {
        char *none =
            mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        s = (stack_t){.ss_sp = none, .ss_size = 65536};
        sigaltstack(&s, NULL);
        set_handler(SIGUSR1, ovf, SA_ONSTACK);
        raise(SIGUSR1);
    });
    RUN("fork keeps it", {
        s = (stack_t){.ss_sp = lo, .ss_size = 65536};
        sigaltstack(&s, NULL);
        RUN("child", {
            sigaltstack(NULL, &o);
            Y(o.ss_sp == lo);
        });
    });
}
