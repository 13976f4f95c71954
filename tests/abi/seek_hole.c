// about: lseek SEEK_DATA and SEEK_HOLE on a sparse tmpfs file
// calls: lseek pwrite64 ftruncate fallocate
#include "abi.h"
int main(void)
{
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    T(lseek(fd, 0, SEEK_DATA));
    T(lseek(fd, 0, SEEK_HOLE));
    pwrite(fd, "x", 1, 0);
    pwrite(fd, "x", 1, 40960);
    ftruncate(fd, 81920);
    T(lseek(fd, 0, SEEK_DATA));
    T(lseek(fd, 0, SEEK_HOLE));
    T(lseek(fd, 1, SEEK_HOLE));
    T(lseek(fd, 100, SEEK_DATA));
    T(lseek(fd, 4096, SEEK_DATA));
    T(lseek(fd, 4096, SEEK_HOLE));
    T(lseek(fd, 5000, SEEK_HOLE));
    T(lseek(fd, 40960, SEEK_HOLE));
    T(lseek(fd, 45056, SEEK_DATA));
    T(lseek(fd, 45056, SEEK_HOLE));
    T(lseek(fd, 0, SEEK_CUR));
    T(lseek(fd, 81919, SEEK_HOLE));
    T(lseek(fd, 81920, SEEK_HOLE));
    T(lseek(fd, 81920, SEEK_DATA));
    T(lseek(fd, 81921, SEEK_HOLE));
    T(lseek(fd, -1, SEEK_DATA));
    T(lseek(fd, -1, SEEK_HOLE));
    T(fallocate(fd, 0, 8192, 8192));
    T(lseek(fd, 4096, SEEK_DATA));
    T(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 40960, 4096));
    T(lseek(fd, 20000, SEEK_DATA));
    T(lseek(fd, 20000, SEEK_HOLE));
    T(ftruncate(fd, 100));
    T(lseek(fd, 0, SEEK_HOLE));
    int p[2], n = open("/dev/null", O_RDONLY), d = open(".", O_RDONLY);
    pipe(p);
    T(lseek(p[0], 0, SEEK_DATA));
    T(lseek(n, 0, SEEK_DATA));
    T(lseek(n, 0, SEEK_HOLE));
    T(lseek(d, 0, SEEK_HOLE));
}
