// about: sched_setaffinity and sched_getaffinity: masks, sizes, inheritance,
// about: getcpu
// calls: sched_setaffinity sched_getaffinity getcpu
#include "abi.h"

int main(void)
{
    unsigned long m[16], all[16];
    memset(m, 0xff, sizeof m);
    long r = sys(sched_getaffinity, 0, sizeof all, all);
    Y(r > 0 && r % 8 == 0);
    Y(all[0] & 1);
    T(sys(sched_getaffinity, 0, 7, m));
    T(sys(sched_getaffinity, 0, 0, m));
    T(sys(sched_getaffinity, 0, 12, m));
    T(sys(sched_getaffinity, -1, sizeof m, m));
    T(sys(sched_getaffinity, 9999999, sizeof m, m));
    BAD(p, sys(sched_getaffinity, 0, 128, p));
    BAD(p, sys(sched_setaffinity, 0, 128, p));
    memset(m, 0, sizeof m);
    T(sys(sched_setaffinity, 0, sizeof m, m));
    m[15] = 1;
    T(sys(sched_setaffinity, 0, sizeof m, m));
    m[15] = 0;
    m[0] = 1;
    T(sys(sched_setaffinity, 0, sizeof m, m));
    unsigned cpu = 99, node = 99;
    T(sys(getcpu, &cpu, &node, NULL));
    N(cpu);
    N(node);
    T(sys(getcpu, NULL, NULL, NULL));
    sys(sched_getaffinity, 0, sizeof m, m);
    N(m[0]);
    RUN("inherited", {
        sys(sched_getaffinity, 0, sizeof m, m);
        N(m[0]);
        sys(getcpu, &cpu, NULL, NULL);
        N(cpu);
    });
    memset(m, 0xff, sizeof m);
    T(sys(sched_setaffinity, 0, sizeof m, m));
    sys(sched_getaffinity, 0, sizeof m, m);
    Y(m[0] == all[0]);
    T(sys(sched_setaffinity, 0, 8, all));
    T(sys(sched_setaffinity, 0, 1, (&(long){1})));
    T(sys(sched_setaffinity, 0, 0, all));
    T(sys(sched_setaffinity, -1, 8, all));
    T(sys(sched_setaffinity, 0, 8, all));
    for (int i = 1; i < NBAD; i++)
        T(sys(getcpu, badptr(i), NULL, NULL));
    say("-- every CPU can be chosen");
    bool right = true;
    for (int i = 0; i < 64; i++)
        if (all[0] >> i & 1) {
            unsigned long one = 1UL << i;
            sys(sched_setaffinity, 0, 8, &one);
            sys(getcpu, &cpu, NULL, NULL);
            right &= cpu == (unsigned)i;
        }
    Y(right);
    RUN("user", {
        become_user();
        T(sys(sched_setaffinity, 0, 8, all));
        T(sys(sched_setaffinity, getppid(), 8, all));
    });
}
