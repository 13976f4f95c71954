// about: personality: reading, setting, inheritance, what it changes
// calls: personality
#include "abi.h"

int main(void)
{
    T(sys(personality, 0xffffffff));
    T(sys(personality, 0x0040000));
    T(sys(personality, 0xffffffff));
    RUN("child", { T(sys(personality, 0xffffffff)); });
    T(sys(personality, 0));
    T(sys(personality, 0xffffffff));
    say("-- READ_IMPLIES_EXEC");
    RUN("child", {
        sys(personality, 0x0400000);
        char *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        char line[256];
        FILE *f = fopen("/proc/self/maps", "r");
        while (fgets(line, sizeof line, f)) {
            unsigned long a, b;
            char pr[5];
            if (sscanf(line, "%lx-%lx %4s", &a, &b, pr) == 3 &&
                a <= (unsigned long)m && (unsigned long)m < b)
                STR(pr);
        }
    });
    say("-- UNAME26");
    RUN("child", {
        sys(personality, 0x0020000);
        struct {
            char f[6][65];
        } u;
        sys(uname, &u);
        Y(!strncmp(u.f[2], "2.6.", 4));
    });
    say("-- kept by exec");
    RUN("child", {
        sys(personality, 0x0040000);
        execl("/bin/busybox", "cat", "/proc/self/personality", NULL);
    });
    T(sys(personality, 8));
    T(sys(personality, 0));
}
