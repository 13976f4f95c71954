// about: A program that execs itself fifty times, handles and environment
// about: carried along
// calls: execve fcntl
#include "abi.h"

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 0;
    if (n == 0)
        put("carried", "0123456789");
    /* abi.h closes handles above 2: it is carried as standard input. */
    char b[16], c;
    if (n == 0)
        dup2(open("carried", O_RDONLY), 0);
    if (n % 10 == 0) {
        read(0, &c, 1);
        say("%d: %c %s", n, c, getenv("GEN") ? getenv("GEN") : "none");
    }
    if (n == 50)
        return 7;
    snprintf(b, sizeof b, "%d", n + 1);
    char g[32];
    snprintf(g, sizeof g, "GEN=%d", n * n);
    execve("/proc/self/exe", (char *[]){"exec_chain", b, NULL},
           (char *[]){g, NULL});
    say("%s", errname(errno));
}
