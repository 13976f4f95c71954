// about: the most urgent real-time threads run, others get a little
// calls: sched_setscheduler sched_setparam sched_yield
// libc: glibc
// timeout: 120
#include "abi.h"
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

static atomic_int *shared; /* counters that processes share */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static int fifo(int priority)
{
    struct sched_param p = {priority};

    return sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER, &p);
}

static pid_t hog(int priority)
{
    pid_t pid = fork();

    if (!pid) {
        alarm(150);
        fifo(priority);
        shared[1]++;
        for (;;)
            shared[2]++;
    }
    return pid;
}

static void end(pid_t *pids, int n)
{
    for (int i = 0; i < n; i++)
        kill(pids[i], SIGKILL);
    for (int i = 0; i < n; i++)
        waitpid(pids[i], 0, 0);
}

static void *partner(void *stop)
{
    shared[4] = 1;
    while (!*(atomic_int *)stop) {
        shared[3]++;
        sched_yield();
    }
    return 0;
}

/* Two of one priority on one CPU: each yield lets the other run. */
static int missed_yields(int policy)
{
    struct sched_param p = {5};
    atomic_int stop = 0;
    int missed = 0;
    cpu_set_t one, all;
    pthread_t t;

    sched_getaffinity(0, sizeof(all), &all);
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof(one), &one);
    sched_setscheduler(0, policy, &p);
    shared[4] = 0;
    pthread_create(&t, 0, partner, &stop);
    while (!shared[4])
        sched_yield();
    for (int i = 0; i < 1000; i++) {
        int before = shared[3];
        sched_yield();
        missed += shared[3] == before;
    }
    stop = 1;
    pthread_join(t, 0);
    fifo(0);
    sched_setaffinity(0, sizeof(all), &all);
    return missed;
}

/* When the other's time slice ends while it comes, it misses its turn. */
static void alternate(int policy)
{
    int missed = missed_yields(policy);

    for (int i = 0; i < 20 && policy == SCHED_RR && missed; i++)
        missed = missed_yields(policy);
    say("policy %d: missed %d", policy, missed);
}

/* Hogs on all CPUs but one: somebody less urgent gets that one, each time. */
static void one_left(void)
{
    int n = sysconf(_SC_NPROCESSORS_ONLN) - 1, late = 0;
    pid_t pids[64];
    double from = now();

    shared[1] = 0;
    fifo(10);
    for (int i = 0; i < n; i++)
        pids[i] = hog(50);
    for (int i = 0; i < 50; i++)
        usleep(1000);
    while (shared[1] < n && now() - from < 100)
        usleep(1000);
    late = now() - from > 100;
    end(pids, n);
    fifo(0);
    say("with one CPU left: late %d, hogs %d", late, shared[1] == n);
}

/* One that is made more urgent runs at once. */
static void raised(void)
{
    struct sched_param p = {30};
    int before;
    cpu_set_t one, all;
    pid_t pid;

    sched_getaffinity(0, sizeof(all), &all);
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof(one), &one);
    fifo(10);
    shared[3] = 0;
    pid = fork();
    if (!pid) {
        shared[3] = 1;
        p.sched_priority = 5;
        sched_setparam(0, &p);
        shared[3] = 2;
        exit(0);
    }
    sched_yield();
    before = shared[3];
    sched_setparam(pid, &p);
    say("less urgent: %d, made more urgent: %d", before, shared[3]);
    waitpid(pid, 0, 0);
    fifo(0);
    sched_setaffinity(0, sizeof(all), &all);
}

/* Hogs on all CPUs: ordinary threads still get a little. */
static void none_left(void)
{
    int n = sysconf(_SC_NPROCESSORS_ONLN);
    pid_t pids[64];
    double from = now();

    shared[1] = 0;
    for (int i = 0; i < n; i++)
        pids[i] = hog(99);
    for (int i = 0; i < 10; i++)
        usleep(1000);
    while (shared[1] < n && now() - from < 100)
        usleep(1000);
    say("hogs everywhere: late %d, hogs %d", now() - from > 100,
        shared[1] == n);
    end(pids, n);
}

static void sysctl(const char *name)
{
    char path[64], value[32] = "";
    FILE *f;

    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    f = fopen(path, "r");
    if (f) {
        fgets(value, sizeof(value), f);
        fclose(f);
    }
    printf("%s %s", name, value);
}

int main(void)
{
    shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                  -1, 0);
    alternate(SCHED_FIFO);
    alternate(SCHED_RR);
    raised();
    one_left();
    none_left();
    sysctl("sched_rt_period_us");
    sysctl("sched_rt_runtime_us");
    return 0;
}
