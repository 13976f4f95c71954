// about: pidfd_open, pidfd_send_signal, pidfd_getfd, poll and waitid on a
// about: pidfd
// calls: pidfd_open pidfd_send_signal pidfd_getfd waitid ppoll
#include "abi.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
int main(void)
{
    int p[2];
    char c;
    pipe(p);
    put("f", "shared");
    pid_t k = CHILD({
        int f = open("f", O_RDWR);
        dup2(f, 70);
        lseek(70, 3, SEEK_SET);
        write(p[1], "x", 1);
        pause();
    });
    read(p[0], &c, 1);
    int fd = T(sys(pidfd_open, k, 0));
    T(fcntl(fd, F_GETFD));
    T(fcntl(fd, F_GETFL) & ~LARGEFILE);
    T(sys(pidfd_open, k, 1));
    T(sys(pidfd_open, 0, 0));
    T(sys(pidfd_open, -1, 0));
    T(sys(pidfd_open, 9999999, 0));
    int nb = T(sys(pidfd_open, k, O_NONBLOCK));
    siginfo_t si;
    memset(&si, 0, sizeof si);
    T(waitid(3, nb, &si, WEXITED));
    T(waitid(3, fd, &si, WEXITED | WNOHANG));
    struct pollfd pf = {fd, POLLIN, 0};
    T(poll(&pf, 1, 0));
    T(read(fd, &c, 1));
    T(write(fd, &c, 1));
    T(lseek(fd, 0, SEEK_SET));
    T(sys(pidfd_send_signal, fd, 0, NULL, 0));
    T(sys(pidfd_send_signal, fd, 65, NULL, 0));
    T(sys(pidfd_send_signal, fd, 0, NULL, 8));
    T(sys(pidfd_send_signal, 0, 0, NULL, 0));
    T(sys(pidfd_send_signal, 99, 0, NULL, 0));
    si.si_signo = SIGUSR1;
    si.si_code = SI_QUEUE;
    T(sys(pidfd_send_signal, fd, SIGUSR2, &si, 0));
    int g = T(sys(pidfd_getfd, fd, 70, 0));
    T(lseek(g, 0, SEEK_CUR));
    T(fcntl(g, F_GETFD));
    T(sys(pidfd_getfd, fd, 71, 0));
    T(sys(pidfd_getfd, fd, -1, 0));
    T(sys(pidfd_getfd, fd, 70, 1));
    T(sys(pidfd_getfd, 0, 70, 0));
    RUN("user", {
        become_user();
        T(sys(pidfd_send_signal, fd, SIGTERM, NULL, 0));
        T(sys(pidfd_getfd, fd, 70, 0));
    });
    T(sys(pidfd_send_signal, fd, SIGTERM, NULL, 0));
    T(poll(&pf, 1, 60000));
    N(pf.revents);
    T(sys(pidfd_getfd, fd, 70, 0));
    T(sys(pidfd_send_signal, fd, 0, NULL, 0));
    T(waitid(3, fd, &si, WEXITED | WNOWAIT));
    Y(si.si_pid == k && si.si_status == SIGTERM);
    T(waitid(3, fd, &si, WEXITED));
    T(waitid(3, fd, &si, WEXITED));
    T(sys(pidfd_send_signal, fd, 0, NULL, 0));
    pf.revents = 0;
    T(poll(&pf, 1, 0));
    N(pf.revents);
    T(sys(pidfd_open, k, 0));
    say("-- a pidfd of oneself, and of a thread");
    int me = sys(pidfd_open, getpid(), 0);
    T(sys(pidfd_send_signal, me, 0, NULL, 0));
    T(waitid(3, me, &si, WEXITED));
}
