// about: Two busy processes on one CPU both get on; a niced one gets less; a
// about: sleeper is woken soon
// calls: sched_setaffinity setpriority clock_nanosleep
#include "abi.h"

static volatile long *cnt;
static pid_t burn(int i, int nice_)
{
    return CHILD({
        unsigned long one = 1;
        sys(sched_setaffinity, 0, 8, &one);
        sys(setpriority, PRIO_PROCESS, 0, nice_);
        for (;;)
            cnt[i * 8]++;
    });
}
int main(void)
{
    cnt = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
               -1, 0);
    pid_t a = burn(0, 0), b = burn(1, 0), c = burn(2, 19);
    ms(1500);
    kill(a, SIGSTOP);
    kill(b, SIGSTOP);
    kill(c, SIGSTOP);
    long x = cnt[0], y = cnt[8], z = cnt[16];
    Y(x > 0 && y > 0 && z > 0);
    Y(x < 4 * y && y < 4 * x);
    Y(z < x && z < y);
    kill(a, SIGCONT);
    kill(b, SIGCONT);
    unsigned long one = 1;
    sys(sched_setaffinity, 0, 8, &one);
    long long t = now_ms();
    for (int i = 0; i < 20; i++)
        ms(1);
    Y(now_ms() - t < 5000);
    kill(a, SIGKILL);
    kill(b, SIGKILL);
    kill(c, SIGKILL);
    wait_show("a", a);
    wait_show("b", b);
    wait_show("c", c);
}
