// about: capget and capset: versions, headers, other processes, what may be
// about: raised
// calls: capget capset
#include "abi.h"

struct hdr {
    uint32_t ver;
    int pid;
};
struct dat {
    uint32_t e, p, i;
};
enum {
    V1 = 0x19980330,
    V2 = 0x20071026,
    V3 = 0x20080522
};
static void show(void)
{
    struct hdr h = {V3, 0};
    struct dat d[2];
    sys(capget, &h, d);
    bool full = d[0].p == 0xffffffff;
    say("  effective %s permitted %s inheritable %x",
        d[0].e == d[0].p ? (full     ? "full"
                            : d[0].e ? "as permitted"
                                     : "none")
        : d[0].e         ? "part"
                         : "none",
        full     ? "full"
        : d[0].p ? "part"
                 : "none",
        d[0].i);
}
int main(void)
{
    struct dat d[2], s[2];
    struct hdr h = {V3, 0};
    T(sys(capget, &h, d));
    memcpy(s, d, sizeof d);
    show();
    N(d[1].e);
    h.ver = V1;
    T(sys(capget, &h, d));
    h.ver = V2;
    T(sys(capget, &h, d));
    h.ver = 0;
    T(sys(capget, &h, d));
    Y(h.ver == V3);
    h.ver = 0;
    T(sys(capget, &h, NULL));
    Y(h.ver == V3);
    h = (struct hdr){V3, -1};
    T(sys(capget, &h, d));
    h.pid = 9999999;
    T(sys(capget, &h, d));
    h.pid = 1;
    T(sys(capget, &h, d));
    h.pid = getpid();
    T(sys(capset, &h, s));
    h.pid = 1;
    T(sys(capset, &h, s));
    h = (struct hdr){0, 0};
    T(sys(capset, &h, s));
    h = (struct hdr){V3, 0};
    BAD(p, sys(capget, p, d));
    for (int i = 1; i < NBAD; i++)
        T(sys(capget, &h, badptr(i)));
    BAD(p, sys(capset, &h, p));
    RUN("dropping", {
        memcpy(d, s, sizeof d);
        d[0].e = 1;
        T(sys(capset, &h, d));
        show();
        d[0].e = s[0].e;
        T(sys(capset, &h, d));
        show();
        d[0].e = d[0].p = 3;
        d[1].e = d[1].p = 0;
        T(sys(capset, &h, d));
        show();
        d[0].p = 7;
        T(sys(capset, &h, d));
        d[0].p = 1;
        T(sys(capset, &h, d));
        d[0].e = 1;
        d[0].i = 1;
        T(sys(capset, &h, d));
        d[0].i = 5;
        T(sys(capset, &h, d));
        T(sys(setuid, 1000));
    });
    RUN("a user has none", {
        become_user();
        show();
        d[0].e = d[0].p = 1;
        T(sys(capset, &h, d));
    });
    RUN("changing the effective id clears and restores", {
        sys(setresuid, -1, 1000, -1);
        show();
        sys(setresuid, -1, 0, -1);
        show();
    });
    RUN("keepcaps", {
        T(prctl(PR_SET_KEEPCAPS, 1));
        sys(setresuid, 1000, 1000, 1000);
        show();
        memcpy(d, s, sizeof d);
        T(sys(capset, &h, d));
        show();
        N(prctl(PR_GET_KEEPCAPS));
        T(sys(setresuid, 5, 5, 5));
        show();
    });
}
