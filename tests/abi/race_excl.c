// about: Eight processes create the same file with O_EXCL, link, mkdir and
// about: renameat2(NOREPLACE): one wins each round
// calls: openat linkat mkdirat renameat2 clone
#include "abi.h"

static int *won;
static int go(int kind, int round, int me)
{
    char n[32], own[32];
    snprintf(n, 32, "r%d.%d", kind, round);
    snprintf(own, 32, "own%d", me);
    switch (kind) {
    case 0:
        return open(n, O_CREAT | O_EXCL | O_WRONLY, 0600);
    case 1:
        return mkdir(n, 0755);
    case 2:
        return link(own, n);
    case 3:
        return symlink(own, n);
    default:
        put(own, "x");
        return sys(renameat2, AT_FDCWD, own, AT_FDCWD, n, 1);
    }
}
int main(void)
{
    won = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
               -1, 0);
    for (int kind = 0; kind < 5; kind++) {
        memset(won, 0, 4096);
        pid_t k[8];
        for (int i = 0; i < 8; i++)
            k[i] = CHILD({
                char own[32];
                snprintf(own, 32, "own%d", i);
                put(own, "x");
                for (int r = 0; r < 60; r++)
                    if (go(kind, r, i) >= 0)
                        __atomic_fetch_add(&won[r], 1, __ATOMIC_SEQ_CST);
                    else if (errno != EEXIST)
                        say("%s", errname(errno));
            });
        for (int i = 0; i < 8; i++)
            waitpid(k[i], NULL, 0);
        int once = 0;
        for (int r = 0; r < 60; r++)
            once += won[r] == 1;
        static const char *const n[] = {"open", "mkdir", "link", "symlink",
                                        "rename"};
        say("%s: %d rounds with one winner", n[kind], once);
    }
}
