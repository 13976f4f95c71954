// about: a level-triggered event wakes all who wait for it, however they meet
// calls: epoll_pwait epoll_ctl
// timeout: 120
#include "abi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#define ROUNDS  200
#define WAITERS 4

static int ep, event;
static atomic_int missed;
static pthread_barrier_t begin, end;

static void *waiter(void *a)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct epoll_event e;

        pthread_barrier_wait(&begin);
        if (epoll_wait(ep, &e, 1, 60000) != 1)
            missed++;
        pthread_barrier_wait(&end);
    }
    return NULL;
}

int main(void)
{
    struct epoll_event e = {.events = EPOLLIN};
    pthread_t t[WAITERS];

    ep = epoll_create1(0);
    event = eventfd(0, EFD_NONBLOCK);
    epoll_ctl(ep, EPOLL_CTL_ADD, event, &e);
    pthread_barrier_init(&begin, NULL, WAITERS + 1);
    pthread_barrier_init(&end, NULL, WAITERS + 1);
    for (int i = 0; i < WAITERS; i++)
        pthread_create(&t[i], NULL, waiter, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        eventfd_t v;

        pthread_barrier_wait(&begin);
        if (i % 2)
            ms(1);
        eventfd_write(event, 1);
        pthread_barrier_wait(&end);
        eventfd_read(event, &v);
    }
    for (int i = 0; i < WAITERS; i++)
        pthread_join(t[i], NULL);
    N(missed);
}
