// about: Writes against limits: RLIMIT_FSIZE in the middle, a full tmpfs, a
// about: broken pipe, and the position afterwards
// calls: write writev pwrite64 lseek prlimit64
#include "abi.h"

int main(void)
{
    static char b[20000];
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    int f = open("f", O_RDWR | O_CREAT, 0600);
    T_FSIZE(10000, write(f, b, 9000));
    T_FSIZE(10000, write(f, b, 9000));
    T(lseek(f, 0, SEEK_CUR));
    T_FSIZE(10000, write(f, b, 1));
    T_FSIZE(10000, pwrite(f, b, 100, 9950));
    struct iovec v[3] = {{b, 4000}, {b, 4000}, {b, 4000}};
    lseek(f, 0, SEEK_SET);
    T_FSIZE(10000, writev(f, v, 3));
    T(lseek(f, 0, SEEK_CUR));
    lseek(f, 0, SEEK_END);
    T_FSIZE(5000, write(f, b, 1));
    T_FSIZE(5000, pwrite(f, b, 6000, 0));
    int ap = open("f", O_WRONLY | O_APPEND);
    T_FSIZE(10500, write(ap, b, 1000));
    T(lseek(f, 0, SEEK_END));
    int p[2];
    pipe(p);
    T_FSIZE(5, write(p[1], b, 100));
    T_FSIZE(5, sys(copy_file_range, f, (&(long){0}),
                   open("g", O_WRONLY | O_CREAT, 0600), NULL, 100, 0));
    T_FSIZE(5, sys(sendfile, open("h", O_WRONLY | O_CREAT, 0600), f,
                   (&(long){0}), 100));
    struct stat st;
    stat("g", &st);
    N(st.st_size);
    stat("h", &st);
    N(st.st_size);
}
