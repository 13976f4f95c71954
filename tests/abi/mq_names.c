// about: POSIX message queues: names, attributes, limits, permissions,
// about: umask, what an open queue is
// calls: mq_open mq_unlink mq_getsetattr
#include "abi.h"

struct at {
    long flags, maxmsg, msgsize, cur, res[4];
};

static int op(const char *name, int flags, int mode, struct at *a)
{
    return sys(mq_open, name, flags, mode, a);
}

static void show(int q)
{
    struct at g;
    struct stat st;
    T(sys(mq_getsetattr, q, NULL, &g));
    say("flags %s max %ld size %ld now %ld", oflags(g.flags), g.maxmsg,
        g.msgsize, g.cur);
    T(fstat(q, &st));
    say("%s mode %o links %d uid %d size %d", ftype(st.st_mode),
        st.st_mode & 07777, (int)st.st_nlink, st.st_uid, (int)st.st_size);
}

int main(void)
{
    MUST(unshare(CLONE_NEWIPC));
    char name[300];
    memset(name, 'n', 299);
    name[299] = 0;
    T(op(name, O_RDWR | O_CREAT, 0600, NULL));
    name[256] = 0;
    T(op(name, O_RDWR | O_CREAT, 0600, NULL));
    name[255] = 0;
    int q = T(op(name, O_RDWR | O_CREAT, 0600, NULL));
    T(sys(mq_unlink, name));
    static const char *const bad[] = {"", ".", "..", "/", "/x", "x/", "a/b"};
    for (int i = 0; i < 7; i++) {
        note = bad[i];
        T(op(bad[i], O_RDWR | O_CREAT, 0600, NULL));
        T(sys(mq_unlink, bad[i]));
    }
    note = NULL;
    BAD(p, sys(mq_unlink, p));
    BAD(p, sys(mq_open, "z", O_CREAT | O_RDWR, 0600, p));
    T(sys(mq_unlink, "z"));
    show(q);
    N(fcntl(q, F_GETFD));
    STR(oflags(fcntl(q, F_GETFL)));
    close(q);
    umask(027);
    q = T(op("q", O_WRONLY | O_CREAT | O_NONBLOCK | O_EXCL, 0666, NULL));
    show(q);
    STR(oflags(fcntl(q, F_GETFL)));
    char b[10000];
    T(sys(mq_timedreceive, q, b, sizeof b, NULL, NULL));
    T(read(q, b, 10));
    T(write(q, b, 10));
    T(sys(mq_timedsend, q, "x", 1, 0, NULL));
    T(lseek(q, 0, SEEK_CUR));
    T(ftruncate(q, 0));
    T(mmap(NULL, 4096, PROT_READ, MAP_SHARED, q, 0) == MAP_FAILED ? -1 : 0);
    T(sys(ioctl, q, 0x1234, 2));
    close(q);
    T(op("q", 3, 0, NULL));
    T(op("q", O_RDWR | O_CREAT | O_EXCL, 0600, NULL));
    q = T(op("q", O_RDONLY | O_TRUNC | O_APPEND, 0, NULL));
    STR(oflags(fcntl(q, F_GETFL)));
    T(sys(mq_timedsend, q, "x", 1, 0, NULL));
    T(sys(mq_timedreceive, q, b, 8192, NULL, NULL));
    T(sys(mq_unlink, "q"));
    show(q);
    T(op("q", O_RDWR, 0, NULL));
    close(q);

    say("-- attributes");
    static const struct at tries[] = {
        {0, 1, 1},      {0, 0, 1},       {0, 1, 0},
        {0, -1, 5},     {0, 11, 9000},   {0, 65536, 16},
        {0, 65537, 16}, {0, 1, 1 << 24}, {0, 1, (1 << 24) + 1},
        {04000, 2, 2}};
    for (int i = 0; i < 10; i++) {
        struct at a = tries[i];
        char what[64];
        snprintf(what, 64, "%ld of %ld", a.maxmsg, a.msgsize);
        note = what;
        q = T(op("a", O_RDWR | O_CREAT | O_EXCL, 0600, &a));
        if (q >= 0) {
            show(q);
            close(q);
            sys(mq_unlink, "a");
        }
    }
    note = NULL;
    RUN("user", {
        become_user();
        for (int i = 0; i < 10; i++) {
            struct at a = tries[i];
            note = "user";
            int f = T(op("u", O_RDWR | O_CREAT | O_EXCL, 0600, &a));
            if (f >= 0) {
                close(f);
                sys(mq_unlink, "u");
            }
        }
        note = NULL;
        struct at ten = {0, 10, 8192};
        struct rlimit l = {10 * 8192 + 10 * 96, 10 * 8192 + 10 * 96};
        setrlimit(RLIMIT_MSGQUEUE, &l);
        T(op("u1", O_RDWR | O_CREAT, 0600, &ten));
        ten.maxmsg = 1;
        T(op("u2", O_RDWR | O_CREAT, 0600, &ten));
        T(sys(mq_unlink, "u1"));
        close(3);
        close(4);
        l.rlim_max = l.rlim_cur = 8192 + 95;
        setrlimit(RLIMIT_MSGQUEUE, &l);
        T(op("u2", O_RDWR | O_CREAT, 0600, &ten));
    });
    q = op("flags", O_RDWR | O_CREAT, 0600, NULL);
    struct at a = {O_NONBLOCK};
    struct at old;
    T(sys(mq_getsetattr, q, &a, &old));
    STR(oflags(old.flags));
    STR(oflags(fcntl(q, F_GETFL)));
    T(sys(mq_getsetattr, q, &a, &old));
    STR(oflags(old.flags));
    a.flags = O_APPEND;
    T(sys(mq_getsetattr, q, &a, &old));
    a.flags = 0;
    T(sys(mq_getsetattr, q, &a, NULL));
    STR(oflags(fcntl(q, F_GETFL)));
    T(sys(mq_getsetattr, q, NULL, NULL));
    T(sys(mq_getsetattr, 0, NULL, NULL));
    T(sys(mq_getsetattr, 99, NULL, NULL));
    BAD(p, sys(mq_getsetattr, q, p, NULL));
    BAD(p, sys(mq_getsetattr, q, NULL, p));

    say("-- permissions");
    umask(0);
    T(op("private", O_RDWR | O_CREAT, 0600, NULL));
    T(op("readable", O_RDWR | O_CREAT, 0644, NULL));
    RUN("user", {
        become_user();
        T(op("private", O_RDONLY, 0, NULL));
        T(op("readable", O_RDONLY, 0, NULL));
        T(op("readable", O_WRONLY, 0, NULL));
        T(op("readable", O_RDWR | O_CREAT, 0, NULL));
        T(sys(mq_unlink, "private"));
        T(op("own", O_RDWR | O_CREAT, 0000, NULL));
        T(op("own", O_RDWR, 0, NULL));
        T(sys(mq_unlink, "own"));
    });
    say("-- how many");
    put("/proc/sys/fs/mqueue/queues_max", "2");
    T(op("more", O_RDWR | O_CREAT, 0666, NULL));
    RUN("user", {
        become_user();
        T(op("yet more", O_RDWR | O_CREAT, 0600, NULL));
        T(op("more", O_RDWR | O_CREAT, 0600, NULL));
    });
}
