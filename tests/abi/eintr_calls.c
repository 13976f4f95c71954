// about: Which blocking calls end with EINTR, and which start again after a
// about: handler with SA_RESTART
// calls: read write nanosleep clock_nanosleep ppoll pselect6 epoll_pwait futex
// calls: wait4 waitid rt_sigtimedwait accept connect recvmsg sendto semtimedop
// calls: msgrcv msgsnd fcntl flock openat
#include "abi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/timerfd.h>
static int p[2], full[2], sv[2], ls, ep, ev, tf, sem, msq, lockfd, fut;
static int ran[2];
static void h(int s)
{
    write(ran[1], "h", 1);
}
static long call(int i)
{
    char b[8];
    struct timespec long_ = {1000, 0};
    struct pollfd pf = {p[0], POLLIN, 0};
    fd_set fs;
    struct epoll_event e;
    struct sembuf sb = {0, -1, 0};
    struct {
        long t;
        char b[8];
    } m = {1, ""};
    FD_ZERO(&fs);
    FD_SET(p[0], &fs);
    struct flock fl = {.l_type = F_WRLCK};
    static char big[100000];
    switch (i) {
    case 0:
        return read(p[0], b, 1);
    case 1:
        return write(full[1], big, 100000);
    case 2:
        return sys(nanosleep, &long_, NULL);
    case 3:
        return sys(clock_nanosleep, CLOCK_REALTIME, 0, &long_, NULL);
    case 4:
        return sys(ppoll, &pf, 1, &long_, NULL, 0);
    case 5:
        return sys(pselect6, p[0] + 1, &fs, NULL, NULL, &long_, NULL);
    case 6:
        return sys(epoll_pwait, ep, &e, 1, 1000000, NULL, 8);
    case 7:
        return sys(futex, &fut, 0, 0, NULL);
    case 8:
        return sys(futex, &fut, 0, 0, &long_);
    case 9:
        return sys(wait4, -1, NULL, 0, NULL);
    case 10:
        return sys(waitid, P_ALL, 0, NULL, WEXITED, NULL);
    case 11:
        return recv(sv[0], b, 1, 0);
    case 12:
        return accept(ls, NULL, NULL);
    case 13:
        return read(ev, b, 8);
    case 14:
        return read(tf, b, 8);
    case 15:
        return semop(sem, &sb, 1);
    case 16:
        return msgrcv(msq, &m, 8, 5, 0);
    case 17:
        return flock(lockfd, LOCK_EX);
    case 18:
        return fcntl(lockfd, F_SETLKW, &fl);
    case 19:
        return open("fifo", O_RDONLY);
    case 20:
        return sys(futex, &fut, 9, 0, NULL, NULL, -1);
    case 21: {
        struct timeval tv = {1000, 0};
        setsockopt(sv[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
        return recv(sv[0], b, 1, 0);
    }
    case 22:
        return sys(rt_sigtimedwait, (uint64_t[]){1 << (SIGHUP - 1)}, NULL, NULL,
                   8);
    case 23:
        return sys(ppoll, &pf, 1, NULL, NULL, 0);
    }
    return 0;
}
static const char *const names[] = {"read pipe",
                                    "write pipe",
                                    "nanosleep",
                                    "clock_nanosleep",
                                    "ppoll",
                                    "pselect6",
                                    "epoll_pwait",
                                    "futex wait",
                                    "futex wait with timeout",
                                    "wait4",
                                    "waitid",
                                    "recv",
                                    "accept",
                                    "read eventfd",
                                    "read timerfd",
                                    "semop",
                                    "msgrcv",
                                    "flock",
                                    "fcntl lock",
                                    "open fifo",
                                    "futex wait bitset",
                                    "recv with SO_RCVTIMEO",
                                    "rt_sigtimedwait",
                                    "ppoll forever"};
/* What the call gave, or -1: the handler has run, and it waits again. */
static int outcome(pid_t k, int back)
{
    struct pollfd pf = {back, POLLIN, 0};
    int e;
    char c;
    read(ran[0], &c, 1);
    wait_asleep(k, k);
    return poll(&pf, 1, 0) == 1 && read(back, &e, sizeof e) > 0 ? e : -1;
}

int main(void)
{
    pipe(ran);
    pipe(p);
    pipe(full);
    fcntl(full[1], F_SETFL, O_NONBLOCK);
    static char big[4096];
    while (write(full[1], big, 4096) > 0)
        ;
    fcntl(full[1], F_SETFL, 0);
    socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
    ls = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un a = {AF_UNIX, "sock"};
    bind(ls, (void *)&a, sizeof a);
    listen(ls, 1);
    ep = epoll_create1(0);
    ev = eventfd(0, 0);
    tf = timerfd_create(CLOCK_MONOTONIC, 0);
    sem = semget(IPC_PRIVATE, 1, 0600);
    msq = msgget(IPC_PRIVATE, 0600);
    mkfifo("fifo", 0600);
    put("lock", "");
    int holder = open("lock", O_RDWR);
    flock(holder, LOCK_EX);
    fcntl(holder, F_SETLK, &(struct flock){.l_type = F_WRLCK});
    for (int i = 0; i < 24; i++)
        for (int restart = 0; restart < 2; restart++) {
            int back[2];
            pipe(back);
            pid_t k = CHILD({
                set_handler(SIGUSR1, h, restart ? SA_RESTART : 0);
                lockfd = open("lock", O_RDWR);
                if (i == 9 || i == 10)
                    CHILD(pause());
                errno = 0;
                long r = call(i);
                int e = errno;
                write(back[1], &e, sizeof e);
                (void)r;
                for (;;)
                    pause();
            });
            wait_asleep(k, k);
            kill(k, SIGUSR1);
            int e = outcome(k, back[0]);
            say("%s, %s: %s", names[i], restart ? "SA_RESTART" : "plain",
                e >= 0 ? errname(e) : "goes on");
            char path[64], line[64];
            snprintf(path, sizeof path, "/proc/%d/task/%d/children", k, k);
            FILE *f = fopen(path, "r");
            if (f && fgets(line, sizeof line, f) && atoi(line) > 1)
                kill(atoi(line), SIGKILL);
            if (f)
                fclose(f);
            kill(k, SIGKILL);
            waitpid(k, NULL, 0);
            close(back[0]);
            close(back[1]);
        }
    semctl(sem, 0, IPC_RMID);
    msgctl(msq, IPC_RMID, NULL);
}
