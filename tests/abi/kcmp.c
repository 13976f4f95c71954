// about: kcmp: which resources two processes share
// calls: kcmp
#include "abi.h"

int main(void)
{
    put("f", "x");
    int a = open("f", O_RDONLY), b = dup(a), c = open("f", O_RDONLY);
    pid_t me = getpid();
    T(sys(kcmp, me, me, 0, a, b));
    T(sys(kcmp, me, me, 0, a, c) > 0 ? 1 : 0);
    T(sys(kcmp, me, me, 0, a, 99));
    T(sys(kcmp, me, me, 0, 99, a));
    for (int t = 1; t < 10; t++) {
        N(t);
        T(sys(kcmp, me, me, t, 0, 0));
    }
    T(sys(kcmp, me, 9999999, 1, 0, 0));
    T(sys(kcmp, -1, me, 1, 0, 0));
    int p[2];
    char ch;
    pipe(p);
    pid_t k = CHILD({ read(p[0], &ch, 1); });
    static const char *const n[] = {"FILE",    "VM", "FILES",  "FS",
                                    "SIGHAND", "IO", "SYSVSEM"};
    for (int t = 0; t < 7; t++) {
        long r = sys(kcmp, me, k, t, a, a);
        say("%s: %s", n[t], r < 0 ? errname(errno) : r ? "different" : "same");
    }
    RUN("user", {
        become_user();
        T(sys(kcmp, me, k, 1, 0, 0));
    });
    write(p[1], "x", 1);
    wait_show("child", k);
}
