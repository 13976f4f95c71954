// about: Two processes answer each other a thousand times by pipe, socket,
// about: eventfd, futex and signal
// calls: read write futex rt_sigtimedwait
#include "abi.h"

#include <sys/eventfd.h>
static int *f;
int main(void)
{
    int a[2], b[2], s[2], e, g;
    uint64_t v = 1;
    char c = 'x';
    f = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
             0);
    pipe(a);
    pipe(b);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    e = eventfd(0, 0);
    g = eventfd(0, 0);
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    pid_t me = getpid();
    pid_t k = CHILD({
        for (int i = 0; i < 500; i++) {
            read(a[0], &c, 1);
            write(b[1], &c, 1);
        }
        for (int i = 0; i < 500; i++) {
            read(s[1], &c, 1);
            write(s[1], &c, 1);
        }
        for (int i = 0; i < 500; i++) {
            read(e, &v, 8);
            write(g, &v, 8);
        }
        for (int i = 0; i < 500; i++) {
            while (__atomic_load_n(f, __ATOMIC_SEQ_CST) != 2 * i + 1)
                sys(futex, f, 0, 2 * i, NULL);
            __atomic_store_n(f, 2 * i + 2, __ATOMIC_SEQ_CST);
            sys(futex, f, 1, 1);
        }
        int q;
        for (int i = 0; i < 200; i++) {
            sigwait(SIGS(SIGUSR1), &q);
            kill(me, SIGUSR1);
        }
    });
    for (int i = 0; i < 500; i++) {
        write(a[1], &c, 1);
        read(b[0], &c, 1);
    }
    say("pipe");
    for (int i = 0; i < 500; i++) {
        write(s[0], &c, 1);
        read(s[0], &c, 1);
    }
    say("socket");
    for (int i = 0; i < 500; i++) {
        v = 1;
        write(e, &v, 8);
        read(g, &v, 8);
    }
    say("eventfd");
    for (int i = 0; i < 500; i++) {
        __atomic_store_n(f, 2 * i + 1, __ATOMIC_SEQ_CST);
        sys(futex, f, 1, 1);
        while (__atomic_load_n(f, __ATOMIC_SEQ_CST) != 2 * i + 2)
            sys(futex, f, 0, 2 * i + 1, NULL);
    }
    say("futex");
    int q;
    for (int i = 0; i < 200; i++) {
        kill(k, SIGUSR1);
        sigwait(SIGS(SIGUSR1), &q);
    }
    say("signal");
    wait_show("partner", k);
}
