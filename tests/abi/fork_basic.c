// about: fork: copies of memory and handles, shared positions, ids, exit
// about: statuses
// calls: clone wait4 exit_group getpid getppid
#include "abi.h"

int main(void)
{
    int x = 1, st;
    static int y = 2;
    int *heap = malloc(4);
    *heap = 3;
    put("f", "0123456789");
    int fd = open("f", O_RDWR);
    pid_t me = getpid();
    RUN("child", {
        Y(getppid() == me);
        Y(getpid() != me);
        Y(sys(gettid) == getpid());
        Y(getpgrp() == getpgid(me));
        Y(getsid(0) == getsid(me));
        say("%d %d %d", x, y, *heap);
        x = y = *heap = 9;
        lseek(fd, 5, SEEK_SET);
        close(0);
        chdir("/");
        umask(0777);
        setenv("A", "B", 1);
        _exit(300);
    });
    say("%d %d %d", x, y, *heap);
    T(lseek(fd, 0, SEEK_CUR));
    T(fcntl(0, F_GETFD));
    T(access("f", F_OK));
    say("%o", umask(022));
    RUN("exit 0", _exit(0));
    RUN("exit 255", _exit(255));
    RUN("exit 256", _exit(256));
    RUN("exit -1", _exit(-1));
    RUN("sys exit", sys(exit, 77));
    RUN("abort", abort());
    RUN("kill", kill(getpid(), SIGKILL));
    RUN("term", raise(SIGTERM));
    for (int i = 0; i < 3; i++)
        CHILD(_exit(i));
    int sum = 0, n = 0;
    while (wait(&st) > 0) {
        sum += WEXITSTATUS(st);
        n++;
    }
    say("%s after %d, sum %d", errname(errno), n, sum);
    say("-- a chain of 50");
    int p[2];
    pipe(p);
    RUN(
        "chain", for (int i = 0; i < 50; i++) {
            pid_t k = fork();
            if (k) {
                int s;
                waitpid(k, &s, 0);
                _exit(WEXITSTATUS(s) + 1);
            }
        });
    say("-- pending signals are not inherited, masks and handlers are");
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    raise(SIGUSR1);
    set_handler(SIGUSR2, no_handler, 0);
    signal(SIGHUP, SIG_IGN);
    RUN("child", {
        sigset_t s;
        sigpending(&s);
        say("pending %d", sigismember(&s, SIGUSR1));
        sigprocmask(0, NULL, &s);
        say("blocked %d", sigismember(&s, SIGUSR1));
        struct sigaction sa;
        sigaction(SIGUSR2, NULL, &sa);
        Y(sa.sa_handler == no_handler);
        sigaction(SIGHUP, NULL, &sa);
        Y(sa.sa_handler == SIG_IGN);
        alarm(0);
    });
    alarm(100);
    RUN("alarm is not inherited", N(alarm(0)));
    Y(alarm(0) > 0);
}
