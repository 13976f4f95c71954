// about: A set-group-id directory hands its group on; the bits are lost on
// about: write and chown
// calls: openat mkdirat fchmodat fchownat write newfstatat
#include "abi.h"
static void show(const char *p)
{
    struct stat st;
    lstat(p, &st);
    say("%s: %s %o %d:%d", p, ftype(st.st_mode), st.st_mode & 07777, st.st_uid,
        st.st_gid);
}
int main(void)
{
    umask(0);
    mkdir("d", 0777);
    T(chown("d", 0, 77));
    T(chmod("d", 02777));
    show("d");
    RUN("user", {
        become_user();
        close(open("d/f", O_CREAT | O_WRONLY, 0644));
        show("d/f");
        close(open("d/x", O_CREAT | O_WRONLY, 02775));
        show("d/x");
        mkdir("d/sub", 0755);
        show("d/sub");
        symlink("f", "d/l");
        show("d/l");
        close(open("d/s", O_CREAT | O_RDWR, 06755));
        show("d/s");
        int fd = open("d/s", O_WRONLY);
        T(chmod("d/s", 06755));
        show("d/s");
        T(write(fd, "x", 1));
        show("d/s");
        T(chown("d/s", -1, 1000));
        show("d/s");
        T(chmod("d/s", 06755));
        show("d/s");
        T(chown("d/s", -1, 1000));
        show("d/s");
        T(chmod("d/s", 04644));
        T(ftruncate(fd, 0));
        show("d/s");
    });
    put("r", "x");
    chmod("r", 06755);
    int fd = open("r", O_WRONLY);
    T(write(fd, "y", 1));
    show("r");
    T(chown("r", 1000, 1000));
    show("r");
    T(chmod("r", 06755));
    T(ftruncate(fd, 0));
    show("r");
    T(chmod("r", 02644));
    T(chown("r", 0, 0));
    show("r");
}
