// about: ptrace: the events of fork, vfork, clone, exec, exit and seccomp
// calls: ptrace wait4 fork vfork clone execve seccomp
#include "abi.h"

#include <sys/ptrace.h>

struct ins {
    uint16_t code;
    uint8_t jt, jf;
    uint32_t k;
};
struct prog {
    uint16_t len;
    struct ins *f;
};

static void *nothing(void *p)
{
    return p;
}

static void work(void)
{
    pthread_t t;
    int st;
    pid_t k = fork();
    if (!k)
        _exit(1);
    waitpid(k, &st, 0);
    k = vfork();
    if (!k)
        _exit(2);
    waitpid(k, &st, 0);
    pthread_create(&t, NULL, nothing, NULL);
    pthread_join(t, NULL);
    struct ins f[] = {{0x20, 0, 0, 0},
                      {0x15, 0, 1, SYS_getppid},
                      {0x06, 0, 0, 0x7ff00000 | 77},
                      {0x06, 0, 0, 0x7fff0000}};
    struct prog p = {4, f};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, 2, &p);
    sys(getppid);
    execl("/bin/busybox", "true", NULL);
}

static const char *event(int st)
{
    static char b[64];
    static const char *const n[] = {"",     "FORK",       "VFORK", "CLONE",
                                    "EXEC", "VFORK_DONE", "EXIT",  "SECCOMP"};
    int e = st >> 16;
    if (WIFSTOPPED(st) && e && e < 8)
        return n[e];
    if (WIFSTOPPED(st))
        snprintf(b, sizeof b, "stop %s event %d", signame(WSTOPSIG(st)), e);
    else if (WIFEXITED(st))
        snprintf(b, sizeof b, "exited %d", WEXITSTATUS(st));
    else
        snprintf(b, sizeof b, "status %x", st);
    return b;
}

/* Follow the main task; what it made is let run, quietly. */
static void follow(pid_t k)
{
    int st, others = 0, first = 0;
    for (;;) {
        pid_t p = waitpid(-1, &st, __WALL);
        if (p < 0)
            break;
        if (p != k) {
            others++;
            first += WIFSTOPPED(st) && WSTOPSIG(st) == SIGSTOP && !(st >> 16);
            if (WIFSTOPPED(st)) {
                int sig =
                    WSTOPSIG(st) == SIGSTOP || st >> 16 ? 0 : WSTOPSIG(st);
                ptrace(PTRACE_CONT, p, 0, (long)sig);
            }
            continue;
        }
        unsigned long msg = 0;
        int e = st >> 16;
        if (!WIFSTOPPED(st)) {
            say("%s", event(st));
            continue;
        }
        ptrace(PTRACE_GETEVENTMSG, k, 0, &msg);
        if (e == PTRACE_EVENT_EXIT || e == PTRACE_EVENT_SECCOMP)
            say("%s message %lu", event(st), msg);
        else if (e)
            say("%s message is a new pid %d, own %d", event(st),
                msg > 0 && msg != (unsigned long)k, msg == (unsigned long)k);
        else if (WSTOPSIG(st) != SIGCHLD)
            say("%s", event(st));
        ptrace(PTRACE_CONT, k, 0,
               (long)(e || WSTOPSIG(st) == SIGSTOP ? 0 : WSTOPSIG(st)));
    }
    say("others stopped first with SIGSTOP: %d", first);
}

int main(void)
{
    int st;
    pid_t k = CHILD({
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        work();
    });
    waitpid(k, &st, 0);
    T(ptrace(PTRACE_SETOPTIONS, k, 0,
             PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                 PTRACE_O_TRACEEXEC | PTRACE_O_TRACEVFORKDONE |
                 PTRACE_O_TRACEEXIT | PTRACE_O_TRACESECCOMP));
    ptrace(PTRACE_CONT, k, 0, 0);
    follow(k);
    while (waitpid(-1, &st, __WALL) > 0)
        ;
    say("-- killed at the exit event");
    k = CHILD({
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        _exit(9);
    });
    waitpid(k, &st, 0);
    ptrace(PTRACE_SETOPTIONS, k, 0, PTRACE_O_TRACEEXIT);
    ptrace(PTRACE_CONT, k, 0, 0);
    waitpid(k, &st, 0);
    say("%s", event(st));
    kill(k, SIGKILL);
    ms(50);
    say("state %c", task_state(k, k));
    ptrace(PTRACE_CONT, k, 0, 0);
    waitpid(k, &st, 0);
    say("%x", st);
    say("-- SIGKILL shows the exit event");
    k = CHILD({
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        pause();
    });
    waitpid(k, &st, 0);
    ptrace(PTRACE_SETOPTIONS, k, 0, PTRACE_O_TRACEEXIT);
    ptrace(PTRACE_CONT, k, 0, 0);
    wait_asleep(k, k);
    kill(k, SIGKILL);
    waitpid(k, &st, 0);
    say("%s", event(st));
    ptrace(PTRACE_CONT, k, 0, 0);
    waitpid(k, &st, 0);
    say("%x", st);
}
