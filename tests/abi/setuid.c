// about: setuid, setreuid, setresuid, setfsuid as root and as a user
// calls: setuid setreuid setresuid getresuid setfsuid getuid geteuid
#include "abi.h"

static void show(void)
{
    uid_t r, e, s;
    getresuid(&r, &e, &s);
    int f = sys(setfsuid, -1);
    say("  %d %d %d fs %d", r, e, s, f);
}
int main(void)
{
    show();
    RUN("setuid as root", {
        T(sys(setuid, 1000));
        show();
        T(sys(setuid, 0));
        T(sys(setuid, 1000));
    });
    RUN("setuid with a saved id", {
        T(sys(setresuid, 1000, 1001, 1002));
        show();
        T(sys(setuid, 1002));
        show();
        T(sys(setuid, 1000));
        show();
        T(sys(setuid, 1001));
        T(sys(setuid, 1003));
        T(sys(setuid, -1));
    });
    RUN("setreuid", {
        T(sys(setreuid, 1000, 1001));
        show();
        T(sys(setreuid, -1, 1000));
        show();
        T(sys(setreuid, 1001, -1));
        T(sys(setreuid, -1, 1001));
        T(sys(setreuid, 5, 5));
        show();
    });
    RUN("setreuid saved", {
        T(sys(setreuid, -1, 1001));
        show();
        T(sys(setreuid, -1, 0));
        show();
        T(sys(setreuid, 1001, -1));
        show();
        T(sys(setreuid, -1, 1000));
        show();
        T(sys(setreuid, -1, -1));
        show();
    });
    RUN("setresuid", {
        T(sys(setresuid, 1000, 1001, 1002));
        T(sys(setresuid, 1001, 1002, 1000));
        show();
        T(sys(setresuid, -1, 1003, -1));
        T(sys(setresuid, 1003, -1, -1));
        T(sys(setresuid, -1, -1, 1003));
        T(sys(setresuid, 1002, 1002, 1002));
        T(sys(setresuid, 1001, -1, -1));
        show();
    });
    RUN("setfsuid", {
        T(sys(setfsuid, 1000));
        show();
        T(sys(setfsuid, 0));
        T(sys(setresuid, 1000, 1000, 1001));
        T(sys(setfsuid, 5));
        show();
        T(sys(setfsuid, 1001));
        show();
        T(sys(setresuid, -1, 1001, -1));
        show();
    });
    put("f", "x");
    chmod("f", 0600);
    RUN("files follow the fs id", {
        T(sys(setfsuid, 1000));
        T(open("f", O_RDONLY));
        T(sys(setfsuid, 0));
        T(open("f", O_RDONLY) >= 0 ? 0 : -1);
    });
    BAD(p, sys(getresuid, p, p, p));
    T(sys(setuid, -1));
    T(sys(setresuid, -1, -1, -1));
    show();
}
