// about: leaving a set while the process whose signals it watches ends
// calls: epoll_ctl signalfd4 fork wait4 exit_group
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "abi.h"

int main(void)
{
    struct epoll_event e = {.events = EPOLLIN};
    int set = epoll_create1(0), signals, failed = 0;
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    signals = signalfd(-1, &mask, 0);
    for (int i = 0; i < 300; i++) {
        int ready[2];
        pid_t child;
        char c;

        pipe(ready);
        child = fork();
        if (!child) {
            /* The item is on this process's queue, in everybody's set. */
            failed = epoll_ctl(set, EPOLL_CTL_ADD, signals, &e);
            write(ready[1], "x", 1);
            _exit(failed != 0);
        }
        read(ready[0], &c, 1);
        if (i % 2)
            sched_yield();
        failed |= epoll_ctl(set, EPOLL_CTL_DEL, signals, NULL);
        waitpid(child, NULL, 0);
        close(ready[0]);
        close(ready[1]);
    }
    say("all left: %d", !failed);
    return 0;
}
