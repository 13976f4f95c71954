/*
 * Threads and the scheduler.
 *
 * A thread is what is scheduled: a kernel stack and its context. proc/'s struct
 * task embeds one; kernel threads are bare ones. Per-CPU run queues, each under
 * its own lock; fair threads run by earliest eligible virtual deadline, with
 * SCHED_FIFO and SCHED_RR above them and SCHED_IDLE below.
 *
 * Life: thread_init() -> thread_start() -> ... -> thread_exit(); whoever owns
 * the embedding structure frees it from ops->finished, which runs after the
 * last switch away from it.
 *
 * thread.state and queue links are guarded by thread.sched_lock /
 * the run queue's lock; order: sched_lock, runqueue.lock (lower CPU first).
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "arch/arch.h"
#include "lib/bitmap.h"
#include "lib/list.h"
#include "lib/rbtree.h"
#include "core/cpu.h"
#include "core/lock.h"
#include "core/lockdep.h"

enum sched_policy {
    SCHED_NORMAL = 0,
    SCHED_FIFO = 1,
    SCHED_RR = 2,
    SCHED_BATCH = 3,
    SCHED_IDLE = 5,
};

enum thread_state {
    THREAD_RUNNING,         /* on a run queue or on a CPU */
    THREAD_INTERRUPTIBLE,   /* woken by events and signals */
    THREAD_KILLABLE,        /* woken by events and fatal signals */
    THREAD_UNINTERRUPTIBLE, /* woken by events only */
    THREAD_STOPPED,         /* job control: woken by thread_wake_state() */
    THREAD_TRACED,          /* for a tracer: likewise */
    THREAD_NEW,
    THREAD_DEAD,
};

struct thread;
struct coverage_area;
struct address_space;

struct thread_ops {
    /* The thread will never run again and its stack is gone. Called in another
     * thread's context with preemption off: must not sleep. */
    void (*finished)(struct thread *t);
    /* Around switches, interrupts off, run-queue lock not held: activate
     * address spaces, account. May be NULL. */
    void (*switch_in)(struct thread *t);
    void (*switch_out)(struct thread *t);
    /* Is a signal pending that ends an interruptible / killable sleep? */
    bool (*signal_pending)(const struct thread *t, bool fatal_only);
};

/* Guarded by the run queue's lock. */
struct sched_entity {
    union {
        struct rb_node node;      /* fair queue, by deadline */
        struct list_head rt_link; /* real-time queue of its priority */
    };
    u64 vruntime, deadline; /* virtual ns */
    u64 min_vruntime;       /* of the subtree */
    s64 lag;                /* kept while asleep */
    u64 slice;              /* ns: asked for; real time: left of the turn */
    u64 exec_start;         /* ns; while it runs: when it was last counted */
    u64 sum_exec;           /* ns on a CPU in all */
    u64 turn_start;         /* sum_exec when it was last switched to */
    u32 weight;
    bool queued; /* on a run queue: in the tree, on a list, or running */
};

struct thread {
    struct thread_head head; /* must be first; assembly knows it */
    const struct thread_ops *ops;
    struct address_space *mm; /* user memory it runs in; borrowed; NULL: none */
    atomic_t state;           /* enum thread_state */
    u32 cpu;                  /* where it runs or last ran; queue's lock */
    atomic_t on_cpu;          /* 1 while its stack is in use by a CPU */
    spinlock_t sched_lock;    /* guards policy, affinity, wake-ups */
    void (*entry)(void *);    /* what it runs first */
    void *entry_arg;
    const void *last_waker; /* thread that woke it last; compared only */
    u8 policy;              /* enum sched_policy */
    s8 nice;                /* -20..19 */
    u8 rt_priority;         /* 1..99 */
    bool reset_on_fork;
    bool must_move;          /* its CPU is not allowed any more; queue's lock */
    struct list_head *drops; /* NULL, or what it is dropping: net/unix */
    bool may_use_reserve;    /* frees memory, or dies for it: page.c */
    bool leaving;            /* on its way to thread_exit(): will sleep soon */
    /* It slept soon after it last started a thread: waits for it, likely. */
    bool waits_for_started;
    u64 started_one; /* sched clock; 0: it has slept since */
    struct cpumask affinity;
    struct sched_entity entity;
    /* CPU time is exact in all (entity.sum_exec); how it divides into user and
     * system is sampled every SCHED_TICK_NS of running. */
    u64 time_stamp;               /* sched clock when it came to its CPU */
    u64 user_ticks, system_ticks; /* samples; its CPU writes */
    u64 user_shown, system_shown; /* so that neither goes back; sched_lock */
    bool in_user;                 /* the last sample */
    u64 voluntary_switches, involuntary_switches;
    char name[16];
    struct list_head all_link; /* every thread, for panic and debugging */
#ifdef CONFIG_DEBUG
    struct lockdep_thread lockdep; /* locks this thread holds */
#endif
#ifdef CONFIG_FUZZ
    struct coverage_area *coverage; /* borrowed; NULL: not traced */
#endif
    u32 fault_inject; /* debug: fail the n-th allocation from now, 0: none */
};

static inline struct thread *thread_current(void)
{
    return (struct thread *)arch_current();
}

/* For those who spin until another thread lets go of something. `t` may end
 * meanwhile and even be freed: only its address is compared. */
bool thread_is_on_cpu(const struct thread *t);

/* Allocates the kernel stack. entry(arg) runs with interrupts on; if it
 * returns, the thread exits. -ENOMEM. Inherits policy and affinity from
 * `parent` (NULL: defaults). */
int thread_init(struct thread *t, const struct thread_ops *ops,
                const char *name, struct thread *parent, void (*entry)(void *),
                void *arg);
void thread_start(struct thread *t);   /* first wake-up: picks a CPU */
void thread_destroy(struct thread *t); /* of one that was never started */
void thread_exit(void) __noreturn;

/* A kernel thread, started (thread_start() on it does nothing); returns it, or
 * ERR_PTR. It frees itself when it ends. */
struct thread *kthread_create(void (*entry)(void *), void *arg,
                              const char *name_format, ...) __printf(3, 4);

void schedule(void); /* give up the CPU as thread.state says */
/* If something better waits: a point to be preempted at, in long loops. */
static inline void cond_resched(void)
{
    if (unlikely(atomic_load(&arch_current()->work) & WORK_RESCHED))
        preempt_schedule();
}
/* The current thread waits for one it started, even if that has ended. */
void sched_note_waiting(void);
/* Of each period real-time threads leave the rest to others that want to run;
 * a runtime of -1: nothing. */
extern s32 sched_rt_period_us, sched_rt_runtime_us;
void sched_yield(void);
/* Wake if it sleeps in one of the states (bit mask of 1 << state); true if it
 * did. Full barrier before it looks. */
bool thread_wake_state(struct thread *t, u32 states);
#define WAKE_NORMAL                                       \
    (1u << THREAD_INTERRUPTIBLE | 1u << THREAD_KILLABLE | \
     1u << THREAD_UNINTERRUPTIBLE)
bool thread_wake(struct thread *t); /* WAKE_NORMAL */
/* The same; tells that the waker is about to sleep. */
bool thread_wake_sync(struct thread *t);
/* Make it notice new work bits soon (IPI if it runs in user mode elsewhere).
 * thread_kick(t) after atomic_or(WORK_..., &t->head.work). */
void thread_kick(struct thread *t);
/* Of the current thread; a full barrier follows. */
static inline void thread_set_state(enum thread_state s)
{
    smp_store_mb(&thread_current()->state.counter, (int)s);
}
/* Sleep until the deadline (monotonic ns) or a wake-up; state set before.
 * Returns true if woken before the deadline. */
bool schedule_until(u64 deadline);
/* Direct hand-off: the current thread blocks (its state is set) and `next`,
 * just woken, runs now on this CPU with what is left of the slice. */
void sched_hand_off(struct thread *next);

int sched_set_policy(struct thread *t, enum sched_policy p, u8 rt_priority);
void sched_set_nice(struct thread *t, int nice);
int sched_set_affinity(struct thread *t, const struct cpumask *mask);
int sched_priority_check(enum sched_policy p, u8 rt_priority); /* -EINVAL */
/* ns one turn lasts (sched_rr_get_interval). */
u64 sched_turn_ns(struct thread *t);
void sched_thread_times(struct thread *t, u64 *user_ns, u64 *system_ns);

struct sched_stats {
    u64 switches, forks;
    u32 running;
    u64 load[3]; /* 1, 5, 15 minutes, fixed point 1 << 11 */
};
void sched_stats_get(struct sched_stats *s);
/* Per CPU: ns in user, nice, system, idle, irq. */
void sched_cpu_times(u32 cpu, u64 out[5]);

void sched_init(void);
/* The idle thread of a CPU, made before the CPU starts. -ENOMEM. */
int sched_init_cpu(u32 cpu);
struct thread *sched_idle_thread(u32 cpu);
/* The rest of a CPU's life, on its idle thread. Interrupts off. */
void sched_idle(void) __noreturn;
/* The first thread: what runs on boot_stack becomes CPU 0's idle thread. */
void sched_adopt_boot_thread(void);
/* Every CPU's current thread, for the panic report. */
struct thread *sched_current_of(u32 cpu);
/* From the timer interrupt: the slice may be over, a sample due. */
void sched_timer(bool from_user);
/* ns (sched clock) at which this CPU's scheduler wants an interrupt, ~0: never
 */
u64 sched_next_event(void);
bool sched_cpu_idle(u32 cpu);
void sched_preempt_irq(void); /* arch_upcalls.preempt */
void sched_ipi(void);         /* IPI_RESCHED arrived */

/* Where a thread that does not run stands in the kernel, on the log. */
void thread_log_backtrace(struct thread *t);

/* Kernel stacks: mapped with a guard page, a few kept ready. */
void *stack_alloc(void);
void stack_free(void *stack);

#endif
