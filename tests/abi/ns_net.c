// about: network namespaces: abstract names, /proc/net/unix, limits
// calls: unshare setns socket bind connect
#include "abi.h"

static struct sockaddr_un at(const char *n)
{
    struct sockaddr_un a = {AF_UNIX, ""};
    strcpy(a.sun_path + 1, n);
    return a;
}
static int bound(const char *n)
{
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un a = at(n);
    T(bind(s, (void *)&a, 3 + strlen(n)));
    listen(s, 5);
    return s;
}
static void to(const char *n)
{
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un a = at(n);
    T(connect(s, (void *)&a, 3 + strlen(n)));
    close(s);
}
static void listed(const char *path, const char *n)
{
    const char *t = get(path);
    say("%s %s", n, strstr(t, n) ? "listed" : "not listed");
}
int main(void)
{
    int s = bound("abi-one"), old = open("/proc/self/ns/net", O_RDONLY);
    struct sockaddr_un f = {AF_UNIX, "file"};
    int fs = socket(AF_UNIX, SOCK_STREAM, 0);
    T(bind(fs, (void *)&f, sizeof f));
    listen(fs, 5);
    to("abi-one");
    listed("/proc/net/unix", "@abi-one");
    listed("/proc/self/net/unix", "file");
    listed("/proc/net/unix", "abi-two");
    put("/proc/sys/net/unix/max_dgram_qlen", "10");
    RUN("another", {
        T(unshare(CLONE_NEWNET));
        to("abi-one");
        int b = bound("abi-one");
        bound("abi-two");
        to("abi-one");
        listed("/proc/net/unix", "abi-two");
        listed("/proc/net/unix", "file");
        listed("/proc/1/net/unix", "abi-two");
        int c = socket(AF_UNIX, SOCK_STREAM, 0);
        T(connect(c, (void *)&f, sizeof f));
        int d = accept(s, NULL, NULL);
        Y(d >= 0);
        STR(get("/proc/sys/net/unix/max_dgram_qlen"));
        put("/proc/sys/net/unix/max_dgram_qlen", "3");
        STR(get("/proc/sys/net/unix/max_dgram_qlen"));
        int in = open("/proc/self/ns/net", O_RDONLY);
        T(sys(setns, old, CLONE_NEWNET));
        STR(get("/proc/sys/net/unix/max_dgram_qlen"));
        to("abi-two");
        to("abi-one");
        struct sockaddr_un a = at("abi-two");
        int late = socket(AF_UNIX, SOCK_STREAM, 0);
        T(sys(setns, in, CLONE_NEWNET));
        T(connect(late, (void *)&a, 10));
        to("abi-two");
        close(b);
        to("abi-one");
    });
    to("abi-one");
    RUN("user", {
        become_user();
        T(unshare(CLONE_NEWNET));
        T(unshare(CLONE_NEWUSER | CLONE_NEWNET));
        to("abi-one");
        listed("/proc/net/unix", "abi-one");
    });
}
