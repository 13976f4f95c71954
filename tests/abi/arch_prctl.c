// about: arch_prctl: the FS and GS bases
// calls: arch_prctl
// arch: x86_64
#include "abi.h"

int main(void)
{
#ifdef SYS_arch_prctl
    unsigned long fs, v;
    T(sys(arch_prctl, 0x1003, &fs));
    Y(fs == (unsigned long)pthread_self());
    T(sys(arch_prctl, 0x1004, &v));
    T(sys(arch_prctl, 0x1001, 0x12345678));
    T(sys(arch_prctl, 0x1004, &v));
    Y(v == 0x12345678);
    RUN("child", {
        sys(arch_prctl, 0x1004, &v);
        Y(v == 0x12345678);
    });
    long a = sys(arch_prctl, 0x1001, 1UL << 60), b = errno,
         c = sys(arch_prctl, 0x9999, 0), d = errno,
         e = sys(arch_prctl, 0x1003, 8), f = errno;
    say("%ld %s, %ld %s, %ld %s", a, errname(b), c, errname(d), e, errname(f));
    sys(arch_prctl, 0x1001, 0);
    T(sys(arch_prctl, 0x1011, 0) == -1 ? 0 : 0);
    RUN("a new thread of control has its maker's base", {
        sys(arch_prctl, 0x1003, &v);
        Y(v == fs);
    });
#endif
}
