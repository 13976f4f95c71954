// about: tmpfs with a size and a number of inodes: ENOSPC and what a failed
// about: write leaves
// calls: mount umount2 write fallocate mkdirat ftruncate
#include "abi.h"

int main(void)
{
    static char b[70000];
    char n[32];
    mkdir("m", 0755);
    T(mount("none", "m", "tmpfs", 0,
            "size=256k,nr_inodes=8,mode=0711,uid=5,gid=6"));
    struct stat st;
    stat("m", &st);
    say("%o %d:%d", st.st_mode, st.st_uid, st.st_gid);
    int fd = open("m/f", O_RDWR | O_CREAT, 0644), total = 0, r;
    while ((r = write(fd, b, sizeof b)) > 0)
        total += r;
    say("%s", errname(errno));
    N(total);
    T(write(fd, b, 1));
    T(lseek(fd, 0, SEEK_END));
    T(ftruncate(fd, 1 << 20));
    T(pwrite(fd, "x", 1, 1 << 19));
    T(ftruncate(fd, 100000));
    T(pwrite(fd, "x", 1, 1 << 19));
    int g = open("m/g", O_RDWR | O_CREAT, 0644);
    T(sys(fallocate, g, 0, 0, 1 << 20));
    fstat(g, &st);
    N(st.st_blocks);
    N(st.st_size);
    char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, g, 0);
    ftruncate(g, 1 << 20);
    RUN("a store with no room", for (int i = 0; i < 256; i++) p[i * 4096] = 1);
    int i;
    for (i = 0; i < 20; i++) {
        snprintf(n, sizeof n, "m/n%d", i);
        if (mkdir(n, 0755))
            break;
    }
    say("mkdir: %s after %d", errname(errno), i);
    T(symlink("x", "m/l"));
    T(link("m/f", "m/hard"));
    T(unlink("m/f"));
    T(umount("m"));
    close(fd);
    close(g);
    munmap(p, 1 << 20);
    T(umount("m"));
    T(umount("m"));
    T(mount("none", "m", "tmpfs", 0, "size=bogus"));
    T(mount("none", "m", "tmpfs", 0, "bogus=1"));
    T(mount("none", "m", "tmpfs", 0, "mode=9"));
    T(mount("none", "m", "nosuchfs", 0, ""));
}
