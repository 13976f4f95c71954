/*
 * Planted bugs: what the system call fuzzer is tried against. A kernel built
 * with FUZZ=1 PLANT=n has the n-th of them; every other build has none, and the
 * compiler drops the branches.
 */
#ifndef CORE_PLANT_H
#define CORE_PLANT_H

#ifdef CONFIG_PLANT
#define PLANTED(n) (CONFIG_PLANT == (n))
#else
#define PLANTED(n) 0
#endif

enum planted_bug {
    PLANT_PIPE_SHRINK = 1, /* a pipe shrunk below what is in it */
    PLANT_TIMERFD_RELEASE, /* a timer left running in freed memory */
    PLANT_POLL_SIZE,       /* too little memory for many poll entries */
    PLANT_AFFINITY_SIZE,   /* a user's size taken for a buffer on the stack */
    PLANT_UNIX_PEER,       /* a peer used without a reference */
    PLANT_POSIX_TIMER,     /* a timer freed while its signal is queued */
    PLANT_EPOLL_QUEUE,     /* an entry freed while it is on a wait queue */
    PLANT_FUTEX_ORDER,     /* two buckets locked in any order */
    PLANT_SOCKET_OPTION,   /* credentials that are not there */
    PLANT_WAIT_PID,        /* a process id put twice */
};

#endif
