// about: inotify: watch numbers, masks, one-shot, merging, overflow, poll,
// about: refusals
// calls: inotify_init1 inotify_add_watch inotify_rm_watch poll
#include "abi.h"

#include <sys/inotify.h>
int main(void)
{
    char b[256];
    struct pollfd pf;
    T(inotify_init1(0x10));
    int in = T(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    T(fcntl(in, F_GETFD));
    mkdir("d", 0755);
    put("f", "");
    int a = T(inotify_add_watch(in, "d", IN_CREATE));
    T(inotify_add_watch(in, "f", IN_MODIFY));
    T(inotify_add_watch(in, "./d", IN_DELETE));
    T(inotify_add_watch(in, "none", IN_CREATE));
    T(inotify_add_watch(in, "d", 0));
    T(inotify_add_watch(in, "d", IN_IGNORED));
    T(inotify_add_watch(in, "f", IN_ONLYDIR | IN_CREATE));
    T(inotify_add_watch(in, "d", IN_MASK_ADD | IN_CREATE));
    T(inotify_add_watch(in, "d", IN_MASK_CREATE | IN_CREATE));
    T(inotify_add_watch(in, "d", IN_MASK_CREATE | IN_MASK_ADD | IN_CREATE));
    T(inotify_add_watch(0, "d", IN_CREATE));
    T(inotify_add_watch(99, "d", IN_CREATE));
    T(inotify_rm_watch(in, 77));
    T(inotify_rm_watch(in, -1));
    T(inotify_rm_watch(0, 1));
    T(read(in, b, 256));
    pf = (struct pollfd){in, POLLIN | POLLOUT, 0};
    T(poll(&pf, 1, 0));
    put("d/x", "");
    T(poll(&pf, 1, 0));
    N(pf.revents);
    int n;
    T(ioctl(in, FIONREAD, &n));
    N(n);
    T(read(in, b, 10));
    T(read(in, b, 16));
    T(read(in, b, 32));
    say("-- equal events in a row become one");
    int f = open("f", O_WRONLY);
    for (int i = 0; i < 5; i++)
        write(f, "x", 1);
    ioctl(in, FIONREAD, &n);
    N(n);
    T(read(in, b, 256));
    T(write(in, b, 16));
    T(lseek(in, 0, SEEK_SET));
    say("-- removing");
    T(inotify_rm_watch(in, a));
    T(read(in, b, 256));
    Y(((struct inotify_event *)b)->mask == IN_IGNORED);
    unlink("d/x");
    T(read(in, b, 256));
    say("-- one-shot");
    int o = T(inotify_add_watch(in, "f", IN_MODIFY | IN_ONESHOT));
    write(f, "x", 1);
    T(read(in, b, 256));
    write(f, "x", 1);
    T(read(in, b, 256));
    T(inotify_rm_watch(in, o));
    symlink("f", "l");
    T(inotify_add_watch(in, "l", IN_ATTRIB | IN_DONT_FOLLOW));
    T(inotify_add_watch(in, "l", IN_ATTRIB));
    BAD(p, sys(inotify_add_watch, in, p, IN_CREATE));
    say("-- no permission to read");
    chmod("d", 0700);
    RUN("user", {
        become_user();
        T(inotify_add_watch(in, "d", IN_CREATE));
        T(inotify_add_watch(in, ".", IN_CREATE) > 0);
    });
}
