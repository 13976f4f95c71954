// about: /proc/self/environ, cmdline and auxv of large processes; reading in
// about: pieces and by offset
// calls: openat pread64 read execve
#include "abi.h"

int main(int argc, char **argv)
{
    static char b[300000];
    if (argc == 1) {
        static char *av[2002], big[100001];
        memset(big, 'q', 100000);
        av[0] = "env_proc";
        av[1] = big;
        for (int i = 2; i < 2000; i++)
            av[i] = "arg";
        execve("/proc/self/exe", av, (char *[]){"ONE=1", big, "LAST=z", NULL});
    }
    N(argc);
    int fd = open("/proc/self/cmdline", O_RDONLY), n = 0, r;
    while ((r = read(fd, b + n, 7777)) > 0)
        n += r;
    N(n);
    Y(!strcmp(b, "env_proc") && b[9] == 'q' && b[n - 1] == 0 &&
      !strcmp(b + n - 4, "arg"));
    T(pread(fd, b, 10, 100005));
    say("%.4s", b);
    T(pread(fd, b, 10, n));
    T(pread(fd, b, 10, n - 3));
    fd = open("/proc/self/environ", O_RDONLY);
    n = 0;
    while ((r = read(fd, b + n, 5000)) > 0)
        n += r;
    N(n);
    Y(!strcmp(b, "ONE=1") && !strcmp(b + n - 7, "LAST=z"));
    T(lseek(fd, 6, SEEK_SET));
    T(read(fd, b, 3));
    say("%.3s", b);
    fd = open("/proc/self/auxv", O_RDONLY);
    n = read(fd, b, sizeof b);
    Y(n % 16 == 0 && n > 200);
}
