// about: mknodat: each kind of file, who may, fifos by name
// calls: mknodat openat read write
#include "abi.h"

int main(void)
{
    struct stat st;
    char b[8];
    T(mknod("r", S_IFREG | 0644, 0));
    T(mknod("r0", 0600, 0));
    T(mknod("p", S_IFIFO | 0644, 5));
    T(mknod("s", S_IFSOCK | 0644, 0));
    T(mknod("c", S_IFCHR | 0666, makedev(1, 3)));
    T(mknod("b", S_IFBLK | 0644, makedev(77, 7)));
    T(mknod("d", S_IFDIR | 0755, 0));
    T(mknod("l", S_IFLNK | 0777, 0));
    T(mknod("x", 0170000, 0));
    T(mknod("r", S_IFREG | 0644, 0));
    T(mknod("p/x", S_IFREG | 0644, 0));
    T(mknod("n/", S_IFREG | 0644, 0));
    static const char *const k[] = {"r", "r0", "p", "s", "c", "b"};
    for (int i = 0; i < 6; i++) {
        stat(k[i], &st);
        say("%s: %s %o rdev %d:%d", k[i], ftype(st.st_mode), st.st_mode & 07777,
            major(st.st_rdev), minor(st.st_rdev));
    }
    int c = T(open("c", O_RDWR));
    T(write(c, "x", 1));
    T(read(c, b, 1));
    T(open("b", O_RDONLY));
    T(open("s", O_RDONLY));
    mknod("c2", S_IFCHR | 0666, makedev(240, 9));
    T(open("c2", O_RDONLY));
    mknod("c3", S_IFCHR | 0666, makedev(1, 200));
    T(open("c3", O_RDONLY));
    T(open("s", O_PATH) >= 0 ? 0 : -1);
    umask(0);
    mkdir("w", 0777);
    RUN("user", {
        become_user();
        T(mknod("w/r", S_IFREG | 0644, 0));
        T(mknod("w/p", S_IFIFO | 0644, 0));
        T(mknod("w/s", S_IFSOCK | 0644, 0));
        T(mknod("w/c", S_IFCHR | 0644, makedev(1, 3)));
        T(mknod("w/b", S_IFBLK | 0644, makedev(1, 3)));
        T(mknod("w/z", S_IFCHR | 0644, 0));
        T(open("c", O_RDWR));
    });
}
