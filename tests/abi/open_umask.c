// about: umask and the mode that creation gives
// calls: openat mkdirat mknodat umask fstat
#include "abi.h"
static void mode(const char *p)
{
    struct stat st;
    if (stat(p, &st))
        say("%s: %s", p, errname(errno));
    else
        say("%s: %s %o", p, ftype(st.st_mode), st.st_mode & 07777);
    unlink(p);
    rmdir(p);
}
int main(void)
{
    static const int masks[] = {0, 022, 077, 0777, 027, 01777};
    for (int i = 0; i < 6; i++) {
        umask(0);
        umask(masks[i]);
        int now = umask(masks[i]);
        say("-- umask %o", now);
        close(open("a", O_CREAT | O_WRONLY, 0666));
        mode("a");
        close(open("b", O_CREAT | O_WRONLY, 07777));
        mode("b");
        mkdir("c", 0777);
        mode("c");
        mkdir("d", 07777);
        mode("d");
        mknod("e", S_IFIFO | 0666, 0);
        mode("e");
        mknod("f", 0666, 0);
        mode("f");
        int s = socket(AF_UNIX, SOCK_STREAM, 0);
        struct sockaddr_un a = {AF_UNIX, "g"};
        bind(s, (void *)&a, sizeof a);
        close(s);
        mode("g");
    }
    umask(0);
    say("-- mode bits beyond 07777");
    T(umask(-1));
    T(umask(022));
    sys(openat, AT_FDCWD, "h", O_CREAT | O_WRONLY, 0170644);
    mode("h");
    sys(mkdirat, AT_FDCWD, "i", 0177755);
    mode("i");
    say("-- creation mode 0 still gives a writable handle");
    int fd = T(open("j", O_CREAT | O_RDWR, 0));
    T(write(fd, "x", 1));
    mode("j");
}
