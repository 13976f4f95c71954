// about: setgid family and supplementary groups: who may, limits, order
// calls: setgid setregid setresgid getresgid setfsgid setgroups getgroups
// calls: getgid getegid
#include "abi.h"

static void show(void)
{
    gid_t r, e, s, g[64];
    getresgid(&r, &e, &s);
    int n = sys(getgroups, 64, g);
    printf("  %d %d %d fs %d groups", r, e, s, (int)sys(setfsgid, -1));
    for (int i = 0; i < n; i++)
        printf(" %d", g[i]);
    printf("\n");
}
int main(void)
{
    gid_t g[8];
    static gid_t many[65537];
    T(sys(setgroups, 0, NULL));
    show();
    T(sys(setgroups, 4, ((gid_t[]){30, 10, 20, 10})));
    show();
    T(sys(getgroups, 0, NULL));
    T(sys(getgroups, 3, g));
    T(sys(getgroups, 4, g));
    T(sys(getgroups, -1, g));
    T(sys(getgroups, 0, (void *)8));
    BAD(p, sys(getgroups, 8, p));
    BAD(p, sys(setgroups, 3, p));
    T(sys(setgroups, -1, g));
    T(sys(setgroups, 65536, many));
    T(sys(getgroups, 0, NULL));
    T(sys(setgroups, 65537, many));
    T(sys(setgroups, 1, ((gid_t[]){-1})));
    T(sys(setgroups, 2, ((gid_t[]){7, 8})));
    RUN("setgid as root", {
        T(sys(setgid, 1000));
        show();
        T(sys(setgid, 0));
        show();
        T(sys(setgid, -1));
    });
    RUN("as user", {
        sys(setresgid, 1000, 1001, 1002);
        sys(setresuid, 1000, 1000, 1000);
        T(sys(setgid, 1002));
        show();
        T(sys(setgid, 1003));
        T(sys(setgid, 1001));
        T(sys(setregid, 1002, 1000));
        show();
        T(sys(setregid, 7, 7));
        T(sys(setresgid, -1, 1000, -1));
        T(sys(setresgid, 7, -1, -1));
        T(sys(setresgid, 1002, 1000, 1002));
        show();
        T(sys(setgroups, 0, NULL));
        T(sys(setfsgid, 55));
        T(sys(setfsgid, 1002));
        show();
        RUN("child", show());
    });
    RUN("setresgid as root keeps the capability", {
        T(sys(setresgid, 5, 6, 7));
        T(sys(setresgid, 8, 9, 10));
        show();
    });
    BAD(p, sys(getresgid, p, p, p));
}
