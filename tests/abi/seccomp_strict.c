// about: prctl(PR_SET_SECCOMP) strict mode, and what seccomp refuses
// calls: seccomp prctl
#include "abi.h"

int main(void)
{
    T(prctl(PR_GET_SECCOMP));
    RUN("strict: read, write, exit", {
        T(prctl(PR_SET_SECCOMP, 1));
        write(1, "still\n", 6);
        sys(exit, 4);
    });
    RUN("strict: another call", {
        prctl(PR_SET_SECCOMP, 1);
        sys(getpid);
        write(1, "not here\n", 9);
    });
    T(prctl(PR_SET_SECCOMP, 9));
    T(sys(seccomp, 9, 0, NULL));
    T(sys(seccomp, 0, 1, NULL));
    T(sys(seccomp, 1, 0, NULL));
}
