// about: rseq: registration, refusals, the CPU number, an abort
// calls: rseq
#include "abi.h"

#ifndef SYS_rseq
#ifdef __x86_64__
#define SYS_rseq 334
#else
#define SYS_rseq 293
#endif
#endif
struct area {
    uint32_t start, id;
    uint64_t cs;
    uint32_t flags, pad[3];
} __attribute__((aligned(32)));
#define SIG 0x53053053
int main(void)
{
    static struct area a, b;
    a.id = -1;
    long r = sys(rseq, &a, sizeof a, 0, SIG);
    if (r < 0) {
        /* glibc has registered its own: it must be refused. */
        say("registered already: %s", errname(errno));
        return 0;
    }
    Y(a.id < 64);
    uint64_t both = *(volatile uint64_t *)&a; /* at one moment */
    Y((uint32_t)both == both >> 32);
    T(sys(rseq, &a, sizeof a, 0, SIG));
    T(sys(rseq, &b, sizeof b, 0, SIG));
    T(sys(rseq, &a, sizeof a, 0, 5));
    T(sys(rseq, &a, 16, 1, SIG));
    T(sys(rseq, &a, sizeof a, 1, 5));
    T(sys(rseq, &b, sizeof a, 1, SIG));
    T(sys(rseq, &a, sizeof a, 2, SIG));
    unsigned long m = 1, all = 0;
    sys(sched_getaffinity, 0, 8, &all);
    bool right = true;
    for (int i = 0; i < 64; i++)
        if (all >> i & 1) {
            m = 1UL << i;
            sys(sched_setaffinity, 0, 8, &m);
            right &= *(volatile uint32_t *)&a.id == (unsigned)i;
        }
    Y(right);
    sys(sched_setaffinity, 0, 8, &all);
    RUN("inherited by fork",
        { Y(sys(rseq, &a, sizeof a, 0, SIG) == -1 && errno == EBUSY); });
    T(sys(rseq, &a, sizeof a, 1, SIG));
    Y(a.id == (uint32_t)-1);
    T(sys(rseq, &a, sizeof a, 1, SIG));
    T(sys(rseq, &a, 31, 0, SIG));
    T(sys(rseq, (char *)&a + 8, sizeof a, 0, SIG));
    T(sys(rseq, &a, sizeof a, 4, SIG));
    T(sys(rseq, 0xffff888000001000, sizeof a, 0, SIG));
    RUN("an area that is not there", {
        T(sys(rseq, badptr(2), sizeof a, 0, SIG));
        sys(sched_yield);
        say("alive");
    });
    RUN("a critical section in the kernel's half", {
        sys(rseq, &a, sizeof a, 0, SIG);
        *(volatile uint64_t *)&a.cs = 0xffff888000001000;
        set_handler(SIGUSR1, no_handler, 0);
        raise(SIGUSR1);
        for (int i = 0; i < 100; i++)
            ms(1);
        say("alive");
    });
}
