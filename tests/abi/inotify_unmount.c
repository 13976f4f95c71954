// about: inotify: a watched filesystem is unmounted, at once and lazily; the
// about: watches end and the instance goes on
// calls: inotify_add_watch umount2 read
#include "abi.h"

#include <sys/inotify.h>

static void drain(int in, const char *what)
{
    char b[4096];
    int n = read(in, b, sizeof b);

    printf("%s:", what);
    for (int o = 0; o < n;) {
        struct inotify_event *e = (void *)(b + o);

        printf(" wd%d %x%s%s", e->wd, e->mask, e->len ? " " : "",
               e->len ? e->name : "");
        o += sizeof *e + e->len;
    }
    printf(n < 0 ? " %s\n" : "\n", errname(errno));
}

int main(void)
{
    MUST(unshare(CLONE_NEWNS));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    mkdir("m", 0755);
    MUST(mount("x", "m", "tmpfs", 0, NULL));
    put("m/f", "data");

    int in = MUST(inotify_init1(IN_NONBLOCK));
    say("-- a directory and a file");
    T(inotify_add_watch(in, "m", IN_ALL_EVENTS));
    T(umount2("m", 0));
    drain(in, "directory");
    MUST(mount("x", "m", "tmpfs", 0, NULL));
    put("m/f", "data");
    T(inotify_add_watch(in, "m/f", IN_MODIFY));
    T(umount2("m", 0));
    drain(in, "file");
    T(inotify_rm_watch(in, 2));
    drain(in, "after");

    say("-- lazily: with the last file");
    MUST(mount("x", "m", "tmpfs", 0, NULL));
    int f = MUST(open("m/f", O_CREAT | O_RDWR, 0644));
    T(inotify_add_watch(in, "m/f", IN_ONESHOT | IN_DELETE_SELF));
    T(umount2("m", MNT_DETACH));
    drain(in, "detached");
    close(f);
    // Linux takes it apart when the task returns
    poll(&(struct pollfd){in, POLLIN, 0}, 1, 60000);
    drain(in, "closed");

    say("-- one of two mounts");
    MUST(mount("x", "m", "tmpfs", 0, NULL));
    mkdir("n", 0755);
    MUST(mount("m", "n", NULL, MS_BIND, NULL));
    T(inotify_add_watch(in, "m", IN_CREATE));
    T(umount2("m", 0));
    drain(in, "one");
    put("n/f", "");
    drain(in, "created");
    T(umount2("n", 0));
    drain(in, "other");

    say("-- the instance ends after its files");
    MUST(mount("x", "m", "tmpfs", 0, NULL));
    put("m/f", "data");
    T(inotify_add_watch(in, "m/f", IN_MODIFY));
    T(umount2("m", 0));
    close(in);
}
