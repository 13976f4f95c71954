// about: Calls that fill a structure, given bad pointers: an errno and nothing
// about: half done
// calls: uname sysinfo getrusage times clock_gettime getitimer prlimit64
// calls: rt_sigpending sched_getaffinity getcwd pipe2 socketpair wait4
// calls: getresuid capget
#include "abi.h"

int main(void)
{
    int n = 0;
    BAD(p, sys(uname, p));
    BAD(p, sys(sysinfo, p));
    BAD(p, sys(getrusage, 0, p));
    BAD(p, sys(getitimer, 0, p));
    BAD(p, sys(prlimit64, 0, 7, NULL, p) == 0 ? 0 : -1);
    BAD(p, sys(sched_getparam, 0, p));
    BAD(p, sys(sched_rr_get_interval, 0, p));
    BAD(p, sys(getcwd, p, 100));
    BAD(p, sys(pipe2, p, 0));
    BAD(p, sys(socketpair, AF_UNIX, SOCK_STREAM, 0, p));
    BAD(p, sys(getresuid, p, p, p));
    BAD(p, sys(getresgid, p, p, p));
    BAD(p, sys(fstat, 0, p));
    BAD(p, sys(statfs, "/", p));
    BAD(p, sys(readlinkat, AT_FDCWD, "/proc/self", p, 10));
    BAD(p, sys(getrandom, p, 10, 0));
    BAD(p, sys(clock_gettime, 0, p));
    BAD(p, sys(clock_getres, 0, p) == 0 ? 0 : -1);
    BAD(p, sys(rt_sigpending, p, 8));
    BAD(p, sys(epoll_pwait, 0, p, 1, 0, NULL, 8));
    BAD(p, sys(ioctl, 0, 0x541B, p) == 0 ? 0 : -1);
    char *ro = page(PROT_READ);
    T(sys(uname, ro));
    T(sys(pipe2, ro, 0));
    T(sys(getcwd, ro, 100));
    T(sys(fstat, 0, ro));
    T(sys(getrandom, ro, 10, 0));
    T(sys(clock_gettime, 0, ro));
    n = dup(0);
    say("the next handle is still %d", n);
}
