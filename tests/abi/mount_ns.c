// about: unshare(CLONE_NEWNS): mounts private to a namespace, shared and slave
// about: propagation
// calls: unshare mount umount2 setns
#include "abi.h"

static const char *has(const char *p)
{
    return access(p, F_OK) ? "no" : "yes";
}
int main(void)
{
    int go[2], ok[2];
    char c;
    MUST(unshare(CLONE_NEWNS));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    mkdir("m", 0755);
    mkdir("s", 0755);
    RUN("own namespace", {
        unshare(CLONE_NEWNS);
        mount("x", "m", "tmpfs", 0, NULL);
        put("m/f", "");
        say("inside: %s", has("m/f"));
    });
    say("outside: %s", has("m/f"));
    static const struct {
        unsigned long f;
        const char *n;
    } kinds[] = {{MS_PRIVATE, "private"},
                 {MS_SHARED, "shared"},
                 {MS_SLAVE, "slave"},
                 {MS_UNBINDABLE, "unbindable"}};
    for (int i = 0; i < 4; i++) {
        mount("x", "s", "tmpfs", 0, NULL);
        mount(NULL, "s", NULL, MS_SHARED, NULL);
        mkdir("s/p", 0755);
        mkdir("s/c", 0755);
        pipe(go);
        pipe(ok);
        pid_t k = CHILD({
            unshare(CLONE_NEWNS);
            T(mount(NULL, "s", NULL, kinds[i].f, NULL));
            mount("y", "s/c", "tmpfs", 0, NULL);
            put("s/c/child", "");
            write(ok[1], "x", 1);
            read(go[0], &c, 1);
            say("%s: child sees the parent's mount: %s", kinds[i].n,
                has("s/p/parent"));
        });
        read(ok[0], &c, 1);
        say("%s: parent sees the child's mount: %s", kinds[i].n,
            has("s/c/child"));
        mount("z", "s/p", "tmpfs", 0, NULL);
        put("s/p/parent", "");
        write(go[1], "x", 1);
        wait_show(kinds[i].n, k);
        umount2("s", MNT_DETACH);
    }
    say("-- an unbindable mount");
    mount("x", "s", "tmpfs", 0, NULL);
    mount(NULL, "s", NULL, MS_UNBINDABLE, NULL);
    T(mount("s", "m", NULL, MS_BIND, NULL));
    T(mount(NULL, "m", NULL, MS_SHARED, NULL));
    T(mount(NULL, "s", NULL, MS_SHARED | MS_PRIVATE, NULL));
    say("-- entering another's namespace");
    int self = open("/proc/self/ns/mnt", O_RDONLY);
    RUN("child", {
        unshare(CLONE_NEWNS);
        mount("x", "m", "tmpfs", 0, NULL);
        put("m/f", "");
        say("own: %s", has("m/f"));
        char d[256];
        sys(getcwd, d, 256);
        T(setns(self, CLONE_NEWNS));
        chdir(d);
        say("back: %s", has("m/f"));
        T(setns(self, CLONE_NEWUTS));
        T(setns(0, 0));
        T(setns(99, 0));
    });
    T(umount("s"));
}
