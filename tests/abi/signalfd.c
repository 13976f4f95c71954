// about: signalfd4: reading, masks, changing, poll, order, fork
// calls: signalfd4 read ppoll
#include "abi.h"

#include <sys/signalfd.h>
static int sfd(int fd, uint64_t m, int fl)
{
    return sys(signalfd4, fd, &m, 8, fl);
}
#define B(s) (1UL << ((s)-1))
int main(void)
{
    struct signalfd_siginfo si[4];
    uint64_t m = B(SIGUSR1);
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1, SIGUSR2, SIGCHLD, 40), NULL);
    int fd = T(sfd(-1, B(SIGUSR1) | B(40), SFD_NONBLOCK | SFD_CLOEXEC));
    T(fcntl(fd, F_GETFD));
    STR(oflags(fcntl(fd, F_GETFL)));
    T(read(fd, si, sizeof si));
    struct pollfd pf = {fd, POLLIN | POLLOUT, 0};
    T(poll(&pf, 1, 0));
    kill(getpid(), SIGUSR1);
    T(poll(&pf, 1, 0));
    N(pf.revents);
    T(read(fd, si, 10));
    T(read(fd, si, 128));
    say("signo %d code %d pid %d uid %d errno %d", si->ssi_signo, si->ssi_code,
        si->ssi_pid == (uint32_t)getpid(), si->ssi_uid, si->ssi_errno);
    T(read(fd, si, 128));
    for (int i = 0; i < 3; i++)
        sigqueue(getpid(), 40, (union sigval){.sival_int = i + 10});
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR2);
    T(read(fd, si, sizeof si));
    for (int i = 0; i < 4; i++)
        say("%s %d", signame(si[i].ssi_signo), si[i].ssi_int);
    T(read(fd, si, sizeof si));
    T(sfd(fd, B(SIGUSR2), 0));
    T(read(fd, si, sizeof si));
    say("%s", signame(si->ssi_signo));
    T(sfd(fd, B(SIGCHLD), SFD_NONBLOCK));
    pid_t k = CHILD(_exit(23));
    pf.events = POLLIN;
    T(poll(&pf, 1, 60000));
    T(read(fd, si, sizeof si));
    say("%s code %d status %d pid %d", signame(si->ssi_signo), si->ssi_code,
        si->ssi_status, si->ssi_pid == (uint32_t)k);
    wait(NULL);
    T(sys(signalfd4, -1, &m, 4, 0));
    T(sys(signalfd4, -1, &m, 16, 0));
    T(sys(signalfd4, -1, &m, 8, 1));
    T(sys(signalfd4, 0, &m, 8, 0));
    T(sys(signalfd4, 99, &m, 8, 0));
    BAD(p, sys(signalfd4, -1, p, 8, 0));
    T(write(fd, si, 128));
    T(lseek(fd, 0, SEEK_SET));
    T(sfd(fd, ~0UL, 0));
    say("-- a waiting read");
    sfd(fd, B(SIGUSR1), 0);
    fcntl(fd, F_SETFL, 0);
    k = CHILD({
        T(read(fd, si, 128));
        say("own signal: %d", si->ssi_signo);
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("reader", k);
    say("-- a child that polls the handle sees its own signals");
    kill(getpid(), SIGUSR1);
    RUN("child", {
        pf = (struct pollfd){fd, POLLIN, 0};
        T(poll(&pf, 1, 0));
    });
    T(poll(&pf, 1, 0));
    T(read(fd, badptr(2), 128));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    T(read(fd, si, 128));
}
