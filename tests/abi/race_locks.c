// about: A counter in a file under flock, record locks, and O_EXCL lock files:
// about: no increment is lost
// calls: flock fcntl pread64 pwrite64
#include "abi.h"

#include <sys/file.h>
static void bump(int fd)
{
    char b[16] = "";
    pread(fd, b, 15, 0);
    int v = atoi(b) + 1;
    sched_yield();
    int n = snprintf(b, 16, "%d", v);
    pwrite(fd, b, n, 0);
}
int main(void)
{
    for (int kind = 0; kind < 4; kind++) {
        put("count", "0");
        pid_t k[6];
        for (int i = 0; i < 6; i++)
            k[i] = CHILD({
                int fd = open("count", O_RDWR);
                for (int r = 0; r < 80; r++) {
                    struct flock l = {.l_type = F_WRLCK};
                    int x = -1;
                    if (kind == 0)
                        flock(fd, LOCK_EX);
                    else if (kind == 1)
                        fcntl(fd, F_SETLKW, &l);
                    else if (kind == 2)
                        fcntl(fd, 38, &l);
                    else
                        while ((x = open("lock", O_CREAT | O_EXCL, 0600)) < 0)
                            sched_yield();
                    bump(fd);
                    l.l_type = F_UNLCK;
                    if (kind == 0)
                        flock(fd, LOCK_UN);
                    else if (kind == 1)
                        fcntl(fd, F_SETLK, &l);
                    else if (kind == 2)
                        fcntl(fd, 37, &l);
                    else {
                        close(x);
                        unlink("lock");
                    }
                }
            });
        for (int i = 0; i < 6; i++)
            waitpid(k[i], NULL, 0);
        static const char *const n[] = {"flock", "record locks", "OFD locks",
                                        "lock file"};
        say("%s: %s", n[kind], get("count"));
    }
}
