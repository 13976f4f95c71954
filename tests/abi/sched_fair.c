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
    long x, y, z;
    while (!cnt[0] || !cnt[8] || !cnt[16])
        ms(1);
    /* Somebody may be held up while he looks, but not each time. */
    for (int i = 0; i < 20; i++) {
        x = cnt[0], y = cnt[8], z = cnt[16];
        ms(1500);
        x = cnt[0] - x, y = cnt[8] - y, z = cnt[16] - z;
        if (x > 0 && y > 0 && z > 0 && x < 4 * y && y < 4 * x && z < x && z < y)
            break;
    }
    Y(x > 0 && y > 0 && z > 0);
    Y(x < 4 * y && y < 4 * x);
    Y(z < x && z < y);
    kill(c, SIGSTOP);
    unsigned long one = 1;
    sys(sched_setaffinity, 0, 8, &one);
    long long t, took = 5000;
    for (int i = 0; i < 10 && took >= 5000; i++) {
        t = now_ms();
        for (int j = 0; j < 20; j++)
            ms(1);
        took = now_ms() - t;
    }
    Y(took < 5000);
    kill(a, SIGKILL);
    kill(b, SIGKILL);
    kill(c, SIGKILL);
    wait_show("a", a);
    wait_show("b", b);
    wait_show("c", c);
}
