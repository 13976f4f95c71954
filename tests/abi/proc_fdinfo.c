// about: /proc/self/fdinfo: position, flags, and the extra lines of eventfd,
// about: epoll, timerfd, signalfd, inotify, pidfd
// calls: openat read
#include "abi.h"

static void show(const char *what, int fd)
{
    char p[64];
    snprintf(p, 64, "/proc/self/fdinfo/%d", fd);
    say("-- %s", what);
    char *b = strdup(get(p));
    for (char *l = strtok(b, "\n"); l; l = strtok(NULL, "\n")) {
        if (!strncmp(l, "mnt_id", 6) || !strncmp(l, "ino:", 4) ||
            !strncmp(l, "Pid", 3) || !strncmp(l, "NSpid", 5) ||
            !strncmp(l, "eventfd-id", 10))
            say("%.*s ...", (int)strcspn(l, ":\t"), l);
        else if (!strncmp(l, "tfd:", 4) || !strncmp(l, "inotify", 7))
            say("%.13s ...", l);
        else if (!strncmp(l, "it_value", 8))
            say("it_value ...");
        else if (!strncmp(l, "flags:", 6))
            say("flags %s", oflags(strtol(l + 6, NULL, 8)));
        else
            say("%s", l);
    }
}
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
int main(void)
{
    put("f", "0123456789");
    int f = open("f", O_RDWR | O_APPEND | O_CLOEXEC);
    lseek(f, 4, SEEK_SET);
    show("file", f);
    fcntl(f, F_SETLK,
          &(struct flock){.l_type = F_WRLCK, .l_start = 2, .l_len = 3});
    char *l = strdup(get("/proc/locks"));
    Y(strstr(l, "POSIX  ADVISORY  WRITE") != NULL);
    int e = eventfd(7, EFD_NONBLOCK);
    show("eventfd", e);
    int ep = epoll_create1(0);
    epoll_ctl(ep, EPOLL_CTL_ADD, e, &(struct epoll_event){EPOLLIN, {.u32 = 5}});
    show("epoll", ep);
    int t = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(t, 0, &(struct itimerspec){{3, 4}, {100, 0}}, NULL);
    show("timerfd", t);
    show("signalfd",
         sys(signalfd4, -1, (uint64_t[]){1 << (SIGUSR1 - 1)}, 8, 0));
    int in = inotify_init1(0);
    inotify_add_watch(in, "f", IN_MODIFY);
    show("inotify", in);
    show("pidfd", sysn(434, getpid(), 0));
    int p[2];
    pipe(p);
    show("pipe", p[1]);
    show("path", open("f", O_PATH | O_NOFOLLOW));
    show("directory", open(".", O_RDONLY | O_DIRECTORY));
    show("closed", 99);
}
