// about: truncate and ftruncate: growing, shrinking, zeroing the tail,
// about: refusals
// calls: truncate ftruncate
#include "abi.h"
int main(void)
{
    char b[16];
    struct stat st;
    put("f", "0123456789");
    int fd = open("f", O_RDWR), ro = open("f", O_RDONLY);
    T(truncate("f", 5));
    T(read(fd, b, 16));
    T(truncate("f", 8));
    T(pread(fd, b, 16, 0));
    Y(!memcmp(b, "01234\0\0\0", 8));
    T(ftruncate(fd, 0));
    T(pread(fd, b, 16, 0));
    T(ftruncate(fd, 1L << 40));
    fstat(fd, &st);
    N(st.st_size);
    N(st.st_blocks);
    T(ftruncate(fd, 0x7fffffffffffffffL));
    T(ftruncate(fd, 10));
    T(ftruncate(fd, -1));
    T(truncate("f", -1));
    T(ftruncate(ro, 0));
    T(ftruncate(99, 0));
    T(ftruncate(open("f", O_PATH), 0));
    T(ftruncate(open(".", O_RDONLY), 0));
    T(truncate(".", 0));
    T(truncate("none", 0));
    T(truncate("", 0));
    T(truncate("f/", 0));
    mkfifo("p", 0600);
    T(truncate("p", 0));
    T(truncate("/dev/null", 0));
    T(ftruncate(open("/dev/null", O_RDWR), 0));
    int p[2];
    pipe(p);
    T(ftruncate(p[1], 0));
    T(ftruncate(socket(AF_UNIX, SOCK_STREAM, 0), 0));
    symlink("f", "l");
    T(truncate("l", 3));
    stat("f", &st);
    N(st.st_size);
    say("-- a running program");
    chmod("f", 0444);
    RUN("user", {
        become_user();
        T(truncate("f", 1));
        T(access("f", W_OK));
    });
    say("-- the file size limit");
    signal(SIGXFSZ, SIG_IGN);
    T_FSIZE(100, ftruncate(fd, 100));
    T_FSIZE(100, ftruncate(fd, 101));
    T_FSIZE(100, pwrite(fd, "0123456789", 10, 95));
    T_FSIZE(100, pwrite(fd, "0123456789", 10, 100));
    T_FSIZE(100, write(fd, "x", 0));
    T_FSIZE(100, ftruncate(fd, 50));
    RUN("default action", {
        signal(SIGXFSZ, SIG_DFL);
        T_FSIZE(100, ftruncate(fd, 200));
    });
    RUN("default action, write", {
        signal(SIGXFSZ, SIG_DFL);
        T_FSIZE(100, pwrite(fd, "x", 1, 100));
    });
    RUN("handled", {
        set_handler(SIGXFSZ, no_handler, 0);
        T_FSIZE(100, pwrite(fd, "x", 1, 100));
    });
}
