// about: Bounding and ambient sets, securebits, no_new_privs through prctl and
// about: exec
// calls: prctl capget capset execve
#include "abi.h"

struct hdr {
    uint32_t ver;
    int pid;
};
struct dat {
    uint32_t e, p, i;
};
static void show(const char *what)
{
    struct hdr h = {0x20080522, 0};
    struct dat d[2];
    sys(capget, &h, d);
    printf("  %s: e %x p %x i %x bnd", what, d[0].e & 7, d[0].p & 7,
           d[0].i & 7);
    for (int i = 0; i < 3; i++)
        printf(" %d", prctl(PR_CAPBSET_READ, i));
    printf(" amb");
    for (int i = 0; i < 3; i++)
        printf(" %d", prctl(47, 1, i, 0, 0));
    say(" bits %x", prctl(PR_GET_SECUREBITS));
}
int main(int argc, char **argv)
{
    if (!strcmp(argv[0], "show")) {
        show("after exec");
        return 0;
    }
    struct hdr h = {0x20080522, 0};
    struct dat d[2];
    show("start");
    T(prctl(PR_CAPBSET_READ, 99));
    T(prctl(PR_CAPBSET_DROP, 99));
    T(prctl(47, 2, 0, 0, 0));
    T(prctl(47, 1, 99, 0, 0));
    T(prctl(47, 9, 0, 0, 0));
    T(prctl(47, 4, 1, 0, 0));
    RUN("bounding", {
        T(prctl(PR_CAPBSET_DROP, 1));
        show("dropped");
        execl("/proc/self/exe", "show", NULL);
    });
    RUN("inheritable and ambient", {
        sys(capget, &h, d);
        d[0].i = 3;
        T(sys(capset, &h, d));
        T(prctl(47, 2, 0, 0, 0));
        T(prctl(47, 2, 2, 0, 0));
        prctl(PR_SET_KEEPCAPS, 1);
        sys(setresuid, 1000, 1000, 1000);
        show("user");
        T(prctl(47, 2, 0, 0, 0));
        show("raised again");
        execl("/proc/self/exe", "show", NULL);
    });
    RUN("ambient cleared", {
        sys(capget, &h, d);
        d[0].i = 7;
        sys(capset, &h, d);
        prctl(47, 2, 0, 0, 0);
        prctl(47, 2, 1, 0, 0);
        T(prctl(47, 3, 1, 0, 0));
        show("lowered");
        T(prctl(47, 4, 0, 0, 0));
        show("cleared");
        prctl(47, 2, 2, 0, 0);
        d[0].i = 0;
        sys(capset, &h, d);
        show("inheritable dropped");
    });
    RUN("securebits", {
        T(prctl(PR_SET_SECUREBITS, 1));
        show("noroot");
        T(prctl(PR_SET_SECUREBITS, 1 << 20));
        T(prctl(PR_SET_SECUREBITS, 3));
        T(prctl(PR_SET_SECUREBITS, 1));
        execl("/proc/self/exe", "show", NULL);
    });
    RUN("no setuid fixup", {
        T(prctl(PR_SET_SECUREBITS, 4));
        sys(setresuid, 1000, 1000, 1000);
        show("still capable");
    });
    RUN("user", {
        become_user();
        T(prctl(PR_SET_SECUREBITS, 1));
        T(prctl(PR_CAPBSET_DROP, 1));
        T(prctl(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0));
        T(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
        T(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        T(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
        T(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
        T(prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0));
    });
}
