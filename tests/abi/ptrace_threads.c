// about: ptrace: attach to a running process of many threads; exec by a thread;
// about: the death of tracers
// calls: ptrace wait4 execve
#include "abi.h"

#include <sys/ptrace.h>

static volatile long work[4];
static volatile int go, exec_tid;

static void *busy(void *p)
{
    for (;;)
        work[(long)p]++;
}

static void *execer(void *p)
{
    exec_tid = sys(gettid);
    while (!go)
        ms(5);
    execl("/bin/busybox", "sh", "-c", "exit 6", NULL);
    return p;
}

static int tids(pid_t k, pid_t *out)
{
    char path[64];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%d/task", k);
    DIR *d = opendir(path);
    struct dirent *e;
    while (d && (e = readdir(d)))
        if (e->d_name[0] != '.' && n < 16)
            out[n++] = atoi(e->d_name);
    closedir(d);
    return n;
}

static long sum(pid_t k)
{
    long s = 0;
    for (int i = 0; i < 4; i++)
        s += ptrace(PTRACE_PEEKDATA, k, &work[i], 0);
    return s;
}

/* A long word of a task that runs. */
static long word_of(pid_t k, volatile void *at, size_t size)
{
    long word = 0;
    struct iovec mine = {&word, size}, its = {(void *)at, size};
    process_vm_readv(k, &mine, 1, &its, 1, 0);
    return word;
}

int main(void)
{
    int st;
    pid_t t[16];
    pid_t k = CHILD({
        pthread_t p;
        for (long i = 1; i < 4; i++)
            pthread_create(&p, NULL, busy, (void *)i);
        busy(0);
    });
    for (int i = 0; i < 4; i++)
        while (!word_of(k, &work[i], sizeof work[i]))
            ms(1);
    int n = tids(k, t), stopped = 0;
    N(n);
    for (int i = 0; i < n; i++)
        if (ptrace(PTRACE_ATTACH, t[i], 0, 0) == 0)
            stopped += waitpid(t[i], &st, __WALL) == t[i] && WIFSTOPPED(st) &&
                       WSTOPSIG(st) == SIGSTOP;
    N(stopped);
    long a = sum(k);
    ms(50);
    Y(sum(k) == a);
    Y(a > 0);
    say("-- one goes on");
    T(ptrace(PTRACE_CONT, t[1], 0, 0));
    for (int i = 0; i < 6000 && sum(k) <= a; i++)
        ms(10);
    Y(sum(k) > a);
    T(ptrace(PTRACE_PEEKDATA, t[1], &go, 0));
    kill(k, SIGKILL);
    int ended = 0;
    while (waitpid(-1, &st, __WALL) > 0)
        ended += WIFSIGNALED(st);
    Y(ended > 0);

    say("-- exec by a thread");
    k = CHILD({
        pthread_t p;
        pthread_create(&p, NULL, busy, (void *)1);
        pthread_create(&p, NULL, execer, NULL);
        for (;;)
            pause();
    });
    while (!word_of(k, &work[1], sizeof work[1]) ||
           !word_of(k, &exec_tid, sizeof exec_tid))
        ms(1);
    n = tids(k, t);
    N(n);
    pid_t last = word_of(k, &exec_tid, sizeof exec_tid);
    for (int i = 0; i < n; i++)
        T(ptrace(PTRACE_SEIZE, t[i], 0,
                 PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT));
    ptrace(PTRACE_INTERRUPT, k, 0, 0);
    waitpid(k, &st, __WALL);
    ptrace(PTRACE_POKEDATA, k, &go, 1);
    ptrace(PTRACE_CONT, k, 0, 0);
    int exits = 0, gone = 0;
    for (;;) {
        pid_t p = waitpid(-1, &st, __WALL);
        if (p < 0)
            break;
        if (st >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
            exits++;
        } else if (st >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
            unsigned long old;
            ptrace(PTRACE_GETEVENTMSG, p, 0, &old);
            say("exec: is the leader %d, was the last thread %d", p == k,
                old == (unsigned long)last);
            say("exits before %d, gone %d", exits, gone);
        } else if (!WIFSTOPPED(st)) {
            if (p == k) {
                show_status("leader", st);
                break;
            }
            gone++;
            continue;
        }
        ptrace(PTRACE_CONT, p, 0, 0);
    }
    N(exits);
    say("-- the tracer dies");
    k = CHILD(for (;;) pause());
    wait_asleep(k, k);
    RUN("lets go", {
        ptrace(PTRACE_SEIZE, k, 0, 0);
        ptrace(PTRACE_INTERRUPT, k, 0, 0);
        waitpid(k, &st, 0);
        say("state %c", task_state(k, k));
    });
    wait_state(k, k, 'S');
    say("state %c", task_state(k, k));
    RUN("EXITKILL", {
        ptrace(PTRACE_SEIZE, k, 0, PTRACE_O_EXITKILL);
        ptrace(PTRACE_INTERRUPT, k, 0, 0);
        waitpid(k, &st, 0);
    });
    wait_show("tracee", k);
    say("-- an orphan keeps its tracer");
    int pp[2], go_mid[2], go_c[2];
    pipe(pp);
    pipe(go_mid);
    pipe(go_c);
    char ch;
    pid_t mid = CHILD({
        pid_t c = CHILD({
            read(go_c[0], &ch, 1);
            _exit(7);
        });
        write(pp[1], &c, sizeof c);
        read(go_mid[0], &ch, 1);
    });
    pid_t c;
    read(pp[0], &c, sizeof c);
    T(ptrace(PTRACE_SEIZE, c, 0, 0));
    write(go_mid[1], "x", 1);
    wait_show("parent", mid);
    write(go_c[1], "x", 1);
    wait_show("grandchild", c);
    say("-- permissions");
    k = CHILD(prctl(PR_SET_DUMPABLE, 0); become_user(); for (;;) pause());
    wait_asleep(k, k);
    RUN("not dumpable", become_user(); T(ptrace(PTRACE_ATTACH, k, 0, 0)));
    T(ptrace(PTRACE_SEIZE, k, 0, 0));
    kill(k, SIGKILL);
    wait_show("end", k);
}
