// about: set_robust_list: a dying owner's futexes are marked and their waiters
// about: woken
// calls: set_robust_list get_robust_list futex
#include "abi.h"

struct node {
    struct node *next;
};
struct head {
    struct node *list;
    long off;
    struct node *pending;
};
struct lock {
    struct node n;
    int f;
};
int main(void)
{
    struct head *h;
    size_t len;
    T(sys(get_robust_list, 0, &h, &len));
    T(sys(get_robust_list, 9999999, &h, &len));
    T(sys(get_robust_list, -1, &h, &len));
    struct lock *l = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    T(sys(set_robust_list, l, 23));
    T(sys(set_robust_list, l, 25));
    RUN("set and get", {
        struct head *hd = (void *)(l + 20);
        T(sys(set_robust_list, hd, sizeof *hd));
        T(sys(get_robust_list, 0, &h, &len));
        Y(h == hd && len == sizeof *hd);
        BAD(p, sys(get_robust_list, 0, p, &len));
        BAD(p, sys(get_robust_list, 0, &h, p));
    });
    pid_t w = CHILD({
        while (*(volatile int *)&l[0].f == 0)
            sched_yield(); /* not asleep before it waits */
        _exit(sys(futex, &l[0].f, 0, *(volatile int *)&l[0].f, NULL, NULL, 0)
                  ? errno
                  : 0);
    });
    RUN("owner", {
        struct head *hd = (void *)(l + 20);
        int me = getpid();
        hd->off = offsetof(struct lock, f);
        hd->list = &l[0].n;
        l[0].n.next = &l[1].n;
        l[1].n.next = &l[2].n;
        l[2].n.next = (struct node *)hd;
        hd->pending = &l[3].n;
        l[1].f = me;
        l[2].f = 12345;
        l[3].f = me;
        sys(set_robust_list, hd, sizeof *hd);
        *(volatile int *)&l[0].f = me | 0x80000000;
        wait_asleep(w, w);
    });
    wait_show("waiter", w);
    say("%x %x %x %x", l[0].f, l[1].f, l[2].f, l[3].f);
    say("-- a list that never ends, and one that leads nowhere");
    RUN("loop", {
        struct head *hd = (void *)(l + 20);
        hd->list = &l[0].n;
        l[0].n.next = &l[0].n;
        hd->pending = NULL;
        sys(set_robust_list, hd, sizeof *hd);
    });
    RUN("nowhere", {
        struct head *hd = (void *)(l + 20);
        hd->list = badptr(2);
        sys(set_robust_list, hd, sizeof *hd);
    });
    RUN("kernel", sys(set_robust_list, 0xffff888000000000, 24));
    say("-- a robust mutex between processes");
    pthread_mutexattr_t a;
    pthread_mutex_t *m = (void *)(l + 64);
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(m, &a);
    RUN("dies with it", pthread_mutex_lock(m));
    R(pthread_mutex_lock(m));
    R(pthread_mutex_consistent(m));
    R(pthread_mutex_unlock(m));
    R(pthread_mutex_lock(m));
    R(pthread_mutex_unlock(m));
    RUN("killed with it", {
        pthread_mutex_lock(m);
        kill(getpid(), SIGKILL);
    });
    R(pthread_mutex_lock(m));
    R(pthread_mutex_unlock(m));
    R(pthread_mutex_lock(m));
    say("-- exec lets go as well");
    pthread_mutex_t *m2 = (void *)(l + 80);
    pthread_mutex_init(m2, &a);
    RUN("exec", {
        pthread_mutex_lock(m2);
        execl("/bin/busybox", "true", NULL);
    });
    R(pthread_mutex_lock(m2));
}
