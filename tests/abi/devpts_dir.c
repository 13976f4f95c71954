// about: /dev/pts: names come and go with the pairs; numbers are reused
// calls: openat ioctl newfstatat getdents64
#include "abi.h"

static int count(void)
{
    DIR *d = opendir("/dev/pts");
    struct dirent *e;
    int n = 0;
    while ((e = readdir(d)))
        n += e->d_name[0] >= '0' && e->d_name[0] <= '9';
    closedir(d);
    return n;
}
int main(void)
{
    int before = count(), m[5], n[5];
    for (int i = 0; i < 5; i++) {
        m[i] = open("/dev/ptmx", O_RDWR | O_NOCTTY);
        ioctl(m[i], 0x80045430, &n[i]);
    }
    N(count() - before);
    Y(n[1] == n[0] + 1 && n[2] == n[1] + 1);
    int freed = n[2];
    close(m[2]);
    N(count() - before);
    int again = open("/dev/ptmx", O_RDWR | O_NOCTTY), num;
    ioctl(again, 0x80045430, &num);
    Y(num == freed);
    char p[32];
    snprintf(p, 32, "/dev/pts/%d", n[0]);
    struct stat st;
    stat(p, &st);
    Y((int)minor(st.st_rdev) == n[0] && major(st.st_rdev) == 136);
    T(unlink(p));
    T(chmod(p, 0600));
    T(chown(p, 5, 6));
    stat(p, &st);
    say("%o %d:%d", st.st_mode & 0777, st.st_uid, st.st_gid);
    T(mkdir("/dev/pts/x", 0755));
    T(open("/dev/pts/x", O_CREAT | O_WRONLY, 0600));
    T(open("/dev/pts/99999", O_RDWR));
    T(link(p, "/dev/pts/y"));
    T(rename(p, "/dev/pts/y"));
    close(again);
    for (int i = 0; i < 5; i++)
        if (i != 2)
            close(m[i]);
    N(count() - before);
    T(access(p, F_OK));
    stat("/dev/pts/ptmx", &st);
    say("%s %d:%d", ftype(st.st_mode), major(st.st_rdev), minor(st.st_rdev));
}
