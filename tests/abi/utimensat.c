// about: utimensat: given times, NOW, OMIT, who may, refusals
// calls: utimensat
#include "abi.h"
static void times(const char *p)
{
    struct stat st;
    lstat(p, &st);
    say("  %s a %ld.%09ld m %ld.%09ld", p, (long)st.st_atim.tv_sec,
        st.st_atim.tv_nsec, (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}
int main(void)
{
    struct timespec t[2] = {{1000, 123456789}, {2000, 987654321}}, x[2];
    struct stat st;
    put("f", "");
    symlink("f", "l");
    T(utimensat(AT_FDCWD, "f", t, 0));
    times("f");
    T(utimensat(AT_FDCWD, "f", (struct timespec[2]){{0, UTIME_OMIT}, {3000, 1}},
                0));
    times("f");
    T(utimensat(AT_FDCWD, "f",
                (struct timespec[2]){{0, UTIME_OMIT}, {0, UTIME_OMIT}}, 0));
    times("f");
    T(utimensat(AT_FDCWD, "f",
                (struct timespec[2]){{0, UTIME_NOW}, {0, UTIME_OMIT}}, 0));
    stat("f", &st);
    Y(st.st_atim.tv_sec > 100000 && st.st_mtim.tv_sec == 3000);
    time_t before = time(NULL);
    T(utimensat(AT_FDCWD, "f", NULL, 0));
    stat("f", &st);
    Y(st.st_mtim.tv_sec >= before - 100 && st.st_mtim.tv_sec <= time(NULL) + 1);
    Y(st.st_ctim.tv_sec >= before - 100);
    T(utimensat(AT_FDCWD, "l", t, AT_SYMLINK_NOFOLLOW));
    times("l");
    T(utimensat(AT_FDCWD, "l", t, 0));
    times("f");
    T(utimensat(AT_FDCWD, "f", (struct timespec[2]){{-5, 0}, {1L << 33, 5}},
                0));
    times("f");
    T(sys(utimensat, AT_FDCWD, "f",
          ((struct timespec[2]){{0, 1000000000}, {0, 0}}), 0));
    T(sys(utimensat, AT_FDCWD, "f", ((struct timespec[2]){{0, -1}, {0, 0}}),
          0));
    T(utimensat(AT_FDCWD, "none", t, 0));
    T(utimensat(99, "f", t, 0));
    T(utimensat(AT_FDCWD, "f", t, 0x10));
    int fd = open("f", O_RDONLY);
    T(sys(utimensat, fd, NULL, t, 0));
    T(sys(utimensat, fd, NULL, t, AT_SYMLINK_NOFOLLOW));
    T(sys(utimensat, AT_FDCWD, NULL, t, 0));
    T(sys(utimensat, fd, "", t, AT_EMPTY_PATH));
    T(sys(utimensat, open("f", O_PATH), NULL, t, 0));
    for (int i = 1; i < NBAD; i++)
        T(sys(utimensat, AT_FDCWD, "f", badptr(i), 0));
    chmod("f", 0666);
    put("own", "");
    chown("own", 1000, 1000);
    chmod("own", 0400);
    RUN("user", {
        become_user();
        T(utimensat(AT_FDCWD, "f", NULL, 0));
        T(utimensat(AT_FDCWD, "f", t, 0));
        T(utimensat(AT_FDCWD, "f",
                    (struct timespec[2]){{0, UTIME_NOW}, {0, UTIME_NOW}}, 0));
        T(utimensat(AT_FDCWD, "f",
                    (struct timespec[2]){{0, UTIME_NOW}, {0, UTIME_OMIT}}, 0));
        T(utimensat(AT_FDCWD, "f",
                    (struct timespec[2]){{0, UTIME_OMIT}, {0, UTIME_OMIT}}, 0));
        T(utimensat(AT_FDCWD, "own", t, 0));
        T(utimensat(AT_FDCWD, "own", NULL, 0));
        T(utimensat(AT_FDCWD, "/", NULL, 0));
    });
}
