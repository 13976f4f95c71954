// about: A memfd handed to a program by number: mapped, sealed, read as
// about: standard input
// calls: memfd_create execve fcntl mmap
#include "abi.h"

int main(void)
{
    int fd = sys(memfd_create, "m", 2);
    write(fd, "from a memfd\n", 13);
    lseek(fd, 0, SEEK_SET);
    RUN("cat", {
        dup2(fd, 0);
        execl("/bin/busybox", "cat", NULL);
    });
    N(lseek(fd, 0, SEEK_CUR));
    T(fcntl(fd, 1033, 1 | 2 | 4 | 8));
    lseek(fd, 0, SEEK_SET);
    RUN("append", {
        dup2(fd, 1);
        execl("/bin/busybox", "echo", "x", NULL);
    });
    struct stat st;
    fstat(fd, &st);
    N(st.st_size);
}
