// about: how deep sets of sets go, and how many ways a wake-up may take
// calls: epoll_create1 epoll_ctl epoll_wait eventfd2 write
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "abi.h"

#define SETS 12

static int add(int set, int fd)
{
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

    return epoll_ctl(set, EPOLL_CTL_ADD, fd, &e);
}

static void close_all(const int *fds, int n)
{
    for (int i = 0; i < n; i++)
        close(fds[i]);
}

/* Each set gets the next one, which is empty still. */
static void from_above(void)
{
    int e[SETS], n = 0, event = eventfd(0, 0);
    struct epoll_event got;

    for (int i = 0; i < SETS; i++)
        e[i] = epoll_create1(0);
    while (n + 1 < SETS && !add(e[n], e[n + 1]))
        n++;
    say("from above: %d", n);
    Y(n + 1 == SETS || errno == ELOOP);
    T(add(e[n], event));
    T(epoll_wait(e[0], &got, 1, 0));
    eventfd_write(event, 1);
    T(epoll_wait(e[0], &got, 1, 0));
    close_all(e, SETS);
    close(event);
}

static void from_below(void)
{
    int e[SETS], n = 0, event = eventfd(0, 0);
    struct epoll_event got;

    for (int i = 0; i < SETS; i++)
        e[i] = epoll_create1(0);
    T(add(e[0], event));
    while (n + 1 < SETS && !add(e[n + 1], e[n]))
        n++;
    say("from below: %d", n);
    Y(errno == ELOOP || errno == EINVAL);
    T(epoll_wait(e[n], &got, 1, 0));
    eventfd_write(event, 1);
    T(epoll_wait(e[n], &got, 1, 0));
    close_all(e, SETS);
    close(event);
}

static void cycles(void)
{
    int a = epoll_create1(0), b = epoll_create1(0), c = epoll_create1(0);

    T(add(a, a));
    T(add(a, b));
    T(add(b, c));
    T(add(c, a));
    T(add(b, a));
    T(add(a, c));
    T(epoll_ctl(b, EPOLL_CTL_DEL, c, NULL));
    T(add(c, b));
    close(a);
    close(b);
    close(c);
}

/* One event, many sets that watch it, all in one set around them. */
static void many_ways(void)
{
    int top = epoll_create1(0), event = eventfd(0, 0), sets[520], n;
    struct epoll_event got;
    struct rlimit files;

    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (n = 0; n < 520; n++) {
        sets[n] = epoll_create1(0);
        if (add(top, sets[n]) || add(sets[n], event))
            break;
    }
    say("ways through one more set: %d, then %s", n, errname(errno));
    eventfd_write(event, 1);
    T(epoll_wait(top, &got, 1, 0));
    close(top);
    close_all(sets, n + 1);
    close(event);
}

static struct {
    int set, event;
} shared;

static void *sleeper(void *unused)
{
    struct epoll_event got;

    return (void *)(long)epoll_wait(shared.set, &got, 1, 1000000);
}

/* Somebody sleeps on the outermost set. */
static void wakes_through(void)
{
    int e[3];
    pthread_t t;
    void *got;

    for (int i = 0; i < 3; i++)
        e[i] = epoll_create1(0);
    shared.event = eventfd(0, 0);
    add(e[2], e[1]);
    add(e[1], e[0]);
    add(e[0], shared.event);
    shared.set = e[2];
    pthread_create(&t, NULL, sleeper, NULL);
    usleep(50000);
    eventfd_write(shared.event, 1);
    pthread_join(t, &got);
    say("a sleeper three sets away: %ld", (long)got);
    close_all(e, 3);
    close(shared.event);
}

int main(void)
{
    from_above();
    from_below();
    cycles();
    many_ways();
    wakes_through();
    return 0;
}
