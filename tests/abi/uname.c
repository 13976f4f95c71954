// about: uname, sethostname, setdomainname and a UTS namespace of one's own
// calls: uname sethostname setdomainname unshare
#include "abi.h"

#include <sys/utsname.h>
int main(void)
{
    struct utsname u;
    char old[65];
    T(uname(&u));
    STR(u.sysname);
    Y(!strncmp(u.release, "6.1.0-", 6) || u.release[0] != 0);
    Y(strlen(u.version) > 0);
#ifdef __x86_64__
    const char *machine = "x86_64";
#else
    const char *machine = "aarch64";
#endif
    Y(!strcmp(u.machine, machine));
    strcpy(old, u.nodename);
    BAD(p, sys(uname, p));
    char *e = edge(sizeof u - 1);
    T(sys(uname, e));
    N(sizeof u);
    MUST(unshare(CLONE_NEWUTS));
    T(sethostname("box", 3));
    uname(&u);
    STR(u.nodename);
    STR(get("/proc/sys/kernel/hostname"));
    T(sethostname("", 0));
    uname(&u);
    STR(u.nodename);
    char big[66];
    memset(big, 'h', 66);
    T(sethostname(big, 64));
    uname(&u);
    N(strlen(u.nodename));
    T(sethostname(big, 65));
    T(sys(sethostname, big, -1));
    T(sys(setdomainname, "dom", 3));
    uname(&u);
    STR(u.domainname);
    T(sys(setdomainname, big, 65));
    BAD(p, sys(sethostname, p, 4));
    RUN("child namespace", {
        T(unshare(CLONE_NEWUTS));
        T(sethostname("inner", 5));
    });
    uname(&u);
    N(strlen(u.nodename));
    RUN("user", {
        become_user();
        T(sethostname("x", 1));
        T(sys(setdomainname, "x", 1));
        T(unshare(CLONE_NEWUTS));
    });
    int fd = open("/proc/sys/kernel/hostname", O_WRONLY);
    T(write(fd, "viaproc\n", 8));
    uname(&u);
    STR(u.nodename);
}
