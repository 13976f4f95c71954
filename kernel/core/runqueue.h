/*
 * What the scheduler's files share: sched.c (switching, waking), sched_fair.c
 * (which fair thread is next), sched_place.c (on which CPU), sched_policy.c
 * (what users may change and see), thread.c (life of threads).
 *
 * A run queue is guarded by its lock, taken with interrupts off; of two, the
 * one of the lower CPU first. thread.sched_lock comes before.
 *
 * Fair threads: each has a virtual run time, which advances by real time
 * divided by its weight. The average of them, weighted, is what each would have
 * in an ideal machine; who is not ahead of it is eligible, and of the eligible
 * the one with the earliest deadline (run time plus slice) runs. The running
 * thread is not in the tree but counts.
 */
#ifndef CORE_RUNQUEUE_H
#define CORE_RUNQUEUE_H

#include "core/sched.h"
#include "core/time.h"

#define RT_LEVELS       100 /* 1..99; the highest wins */
#define WEIGHT_NICE_0   1024
#define WEIGHT_IDLE     3
#define SLICE_NS        (3 * NS_PER_MSEC)
#define RR_SLICE_NS     (100 * NS_PER_MSEC)
#define BALANCE_NS      (16 * NS_PER_MSEC)
#define SCHED_TICK_NS   (4 * NS_PER_MSEC)
#define WAKE_PROTECT_NS (500 * NS_PER_USEC)
#define PAIR_BURST_NS   (200 * NS_PER_USEC)

struct fair_queue {
    struct rb_root_cached tree;   /* by deadline, knows the least vruntime */
    struct sched_entity *current; /* running, not in the tree; or NULL */
    u64 min_vruntime;             /* origin of the sums below */
    s64 sum;                      /* of (vruntime - min_vruntime) * weight */
    u64 load;                     /* sum of weights in the tree */
    u32 count;                    /* in the tree and current */
};

struct runqueue {
    spinlock_t lock;
    u32 cpu;
    u32 count; /* runnable threads, the running one too, without idle */
    struct thread *current;
    struct thread *idle;
    struct thread *previous; /* between switch and its end */
    struct thread *hand_off; /* chosen to be next, if still queued here */
    struct fair_queue fair;
    u64 load; /* weights of all fair threads here */
    u64 rt_bitmap[2];
    u32 rt_count;
    bool rt_look;      /* a real-time thread waits elsewhere: reschedule */
    bool rt_throttled; /* fair threads go first, until the period ends */
    u64 rt_period;     /* ns: when it began */
    u64 rt_time;       /* ns of it that real-time threads ran */
    struct list_head rt[RT_LEVELS];
    u64 clock; /* ns, at the last update */
    u64 next_balance;
    u64 next_tick; /* ns: when a user thread is sampled, if one runs then */
    u64 switches, forks;
    s64 uninterruptible; /* sleepers counted here minus woken here */
    u64 times[5];        /* ns: user, nice, system, idle, irq */
};
DECLARE_PER_CPU(struct runqueue, runqueues);

static inline struct runqueue *runqueue_of(u32 cpu)
{
    return &per_cpu(runqueues, cpu);
}
static inline struct runqueue *runqueue_here(void)
{
    return &this_cpu(runqueues);
}
static inline bool thread_is_rt(const struct thread *t)
{
    return t->policy == SCHED_FIFO || t->policy == SCHED_RR;
}
static inline bool thread_is_idle_policy(const struct thread *t)
{
    return t->policy == SCHED_IDLE;
}

/* sched_fair.c: pure arithmetic on queues, lock held. */
extern const u32 sched_nice_weight[40];
u32 sched_weight_of(const struct thread *t);
void fair_enqueue(struct fair_queue *q, struct sched_entity *e, bool fresh);
void fair_dequeue(struct fair_queue *q, struct sched_entity *e);
/* Account `ns` of running to the current one; true if its slice is over. */
bool fair_run(struct fair_queue *q, u64 ns);
struct sched_entity *fair_pick(struct fair_queue *q);
void fair_set_current(struct fair_queue *q, struct sched_entity *e);
void fair_put_current(struct fair_queue *q);
/* The current one gives up the rest of its slice. */
void fair_yield(struct fair_queue *q);
/* Real ns until the current one's slice is over. */
u64 fair_slice_left(const struct fair_queue *q);
void fair_set_weight(struct fair_queue *q, struct sched_entity *e, u32 weight);

/* sched.c */
void rq_update(struct runqueue *rq);
void sched_exit(void);
void rq_enqueue(struct runqueue *rq, struct thread *t, bool fresh);
void rq_dequeue(struct runqueue *rq, struct thread *t);
/* Both locked, but not its sched_lock: it is queued all along, or a waker that
 * looks meanwhile (wake_claim()) would take it for asleep and queue it twice.
 */
void rq_move(struct runqueue *from, struct runqueue *to, struct thread *t);
void rq_resched(struct runqueue *rq);
void rq_check_preempt(struct runqueue *rq, struct thread *t);
/* The queue that t belongs to, locked; t->sched_lock held by the caller. */
struct runqueue *rq_lock_of(struct thread *t);

static inline unsigned rt_level(const struct runqueue *rq)
{
    if (!rq->rt_count)
        return 0;
    return rq->rt_bitmap[1] ? 64 + __fls(rq->rt_bitmap[1])
                            : __fls(rq->rt_bitmap[0]);
}

/* sched_place.c */
extern atomic_t rt_runnable; /* real-time threads, on all queues */
/* Where t, which has to wait, could run; MAX_CPUS: nowhere. */
u32 rt_push_target(const struct thread *t);
void rt_push(u32 cpu); /* let it look for one */
/* Take a thread more urgent than all here, if one waits; rq locked. */
void rt_pull(struct runqueue *rq);
u32 place_wakeup(struct thread *t, bool sync);
/* sync: its starter is about to sleep. */
u32 place_new(struct thread *t, bool sync);
u32 place_allowed(const struct thread *t); /* its CPU is not */
/* Take work from a busier CPU; rq locked. True if something was taken. */
bool balance_pull(struct runqueue *rq, bool idle);
void balance_kick_idle(struct runqueue *rq);

/* sched_policy.c */
void load_average_update(u64 now);
extern u64 load_average_next;
/* t leaves the CPU: its time since time_stamp. Lock held. */
void account_leave(struct runqueue *rq, struct thread *t);

/* thread.c */
void thread_bury(struct thread *t);
void thread_begin(void *arg);

#endif
