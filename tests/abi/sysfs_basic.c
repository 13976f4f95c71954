// about: /sys: the directories and files that programs look at
// calls: openat read readlinkat getdents64
#include "abi.h"

int main(void)
{
    static const char *const p[] = {"/sys/devices/system/cpu",
                                    "/sys/devices/system/cpu/cpu0",
                                    "/sys/devices/system/cpu/online",
                                    "/sys/devices/system/cpu/possible",
                                    "/sys/devices/system/cpu/present",
                                    "/sys/class/tty",
                                    "/sys/class/mem",
                                    "/sys/class/net",
                                    "/sys/class/block",
                                    "/sys/block",
                                    "/sys/bus",
                                    "/sys/dev/char",
                                    "/sys/fs",
                                    "/sys/fs/cgroup",
                                    "/sys/kernel",
                                    "/sys/module",
                                    "/sys/power",
                                    "/sys/firmware",
                                    "/sys/nosuch"};
    for (unsigned i = 0; i < sizeof p / sizeof *p; i++) {
        struct stat st;
        say("%s: %s", p[i],
            lstat(p[i], &st) ? errname(errno) : ftype(st.st_mode));
    }
    int cpus = sysconf(_SC_NPROCESSORS_ONLN);
    char want[32];
    cpus > 1 ? snprintf(want, 32, "0-%d\n", cpus - 1)
             : snprintf(want, 32, "0\n");
    Y(!strcmp(get("/sys/devices/system/cpu/online"), want));
    struct stat st;
    T(lstat("/sys/class/tty/ptmx", &st));
    say("%s", ftype(st.st_mode));
    T(lstat("/sys/class/mem/null", &st));
    T(stat("/sys/class/mem/null/", &st));
    STR(get("/sys/class/mem/null/dev"));
    STR(get("/sys/class/tty/ptmx/dev"));
    T(open("/sys/class/mem/null/dev", O_WRONLY));
    T(mkdir("/sys/x", 0755));
    T(open("/sys/x", O_CREAT | O_WRONLY, 0644));
    T(unlink("/sys/class/mem/null/dev"));
    int fd = open("/sys/class/mem/null/dev", O_RDONLY);
    char b[4] = "";
    T(read(fd, b, 2));
    T(read(fd, b, 2));
    T(read(fd, b, 2));
    T(lseek(fd, 0, SEEK_SET));
    T(read(fd, b, 4));
    struct stat s;
    fstat(fd, &s);
    N(s.st_size);
    RUN("user", {
        become_user();
        T(open("/sys/class/mem/null/dev", O_RDONLY) >= 0 ? 0 : -1);
        T(mkdir("/sys/x", 0755));
    });
}
