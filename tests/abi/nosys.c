// about: System call numbers that do not exist, and calls that are refused to
// about: users
// calls: io_uring_setup
#include "abi.h"

int main(void)
{
    static const long n[] = {-1,         451,   452,  500,   511,
                             512,        1000,  4096, 65536, 0x7fffffff,
                             0x80000000, -4095, -4096};
    for (unsigned i = 0; i < sizeof n / sizeof *n; i++) {
        errno = 0;
        long r = syscall(n[i], 1L, 2L, 3L, 4L, 5L, 6L);
        say("%ld: %ld %s", n[i], r, errname(errno));
    }
#ifdef __x86_64__
    static const long old[] = {134, 156, 174, 177, 178, 180, 181, 182, 183,
                               184, 185, 205, 211, 214, 215, 236, 423};
#else
    static const long old[] = {42, 244, 259, 283, 295, 300, 400, 423};
#endif
    int wrong = 0;
    for (unsigned i = 0; i < sizeof old / sizeof *old; i++) {
        errno = 0;
        long r = syscall(old[i], -1L, -1L, -1L, -1L, -1L, -1L);
        if (r != -1 || errno == 0)
            wrong++;
    }
    N(wrong);
    RUN("user", {
        become_user();
        T(sys(reboot, 0xfee1dead, 672274793, 0, NULL));
        T(sys(sethostname, "x", 1));
        T(sys(acct, NULL));
        T(sys(swapon, "x", 0));
        T(sys(swapoff, "x"));
        T(sys(init_module, NULL, 0, ""));
        T(sys(finit_module, 0, "", 0));
        T(sys(delete_module, "x", 0));
        T(sys(syslog, 3, NULL, 0));
        T(sys(chroot, "/"));
        T(sys(mount, "x", "/", "tmpfs", 0, NULL));
        T(sys(pivot_root, "/", "/"));
        T(sys(settimeofday, ((long[2]){1, 0}), NULL));
        T(sys(quotactl, 0, NULL, 0, NULL));
        T(sys(setns, 0, 0));
        T(sys(unshare, CLONE_NEWNS));
        T(sys(kexec_load, 0, 0, NULL, 0));
#ifdef SYS_iopl
        errno = 0;
        long r = sys(iopl, 3);
        if (r != -1 || errno != EPERM)
            say("iopl: %ld %s", r, errname(errno));
#endif
    });
    T(sys(reboot, 0, 0, 0, NULL));
    T(sys(reboot, 0xfee1dead, 0, 0, NULL));
    T(sys(reboot, 0xfee1dead, 672274793, 0x1234, NULL));
    T(sys(reboot, 0xfee1dead, 672274793, 0, NULL));
}
