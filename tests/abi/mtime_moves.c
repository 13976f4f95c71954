// about: Modification times move forward with writes, by mapping too, and are
// about: copied by utimensat
// calls: write utimensat newfstatat mmap
#include "abi.h"

/* Until changes get a time at least 20 ms after that of the file. */
static void later(const char *p)
{
    struct stat st;
    stat(p, &st);
    st.st_mtim.tv_nsec += 20000000;
    st.st_mtim.tv_sec += st.st_mtim.tv_nsec / 1000000000;
    st.st_mtim.tv_nsec %= 1000000000;
    wait_tick(st.st_mtim);
}
static long long mt(const char *p)
{
    struct stat st;
    stat(p, &st);
    return st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
}
int main(void)
{
    put("f", "1");
    long long a = mt("f");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    Y(now.tv_sec * 1000000000LL + now.tv_nsec >= a);
    Y(now.tv_sec - a / 1000000000 < 100);
    later("f");
    put("f", "2");
    long long b = mt("f");
    Y(b > a);
    Y(b - a >= 8000000);
    later("f");
    put("g", "x");
    Y(mt("g") > mt("f"));
    struct stat st;
    stat("f", &st);
    T(utimensat(AT_FDCWD, "g", (struct timespec[2]){st.st_atim, st.st_mtim},
                0));
    Y(mt("g") == mt("f"));
    mkdir("d", 0755);
    a = mt("d");
    later("d");
    put("d/x", "");
    Y(mt("d") > a);
    a = mt("d");
    later("d");
    put("d/x", "again");
    Y(mt("d") == a);
    int fd = open("f", O_RDONLY);
    char c;
    a = mt("f");
    later("f");
    read(fd, &c, 1);
    Y(mt("f") == a);
    stat("f", &st);
    Y(st.st_nlink == 1);
}
