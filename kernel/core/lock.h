/*
 * Locks. Every lock says, where it is declared, what it guards; every lock
 * class has a name and a place in the order, which the debug build learns and
 * checks at run time (core/lockdep.c names both call sites).
 *
 *   spinlock_t   short, not sleeping; spin_lock() disables preemption,
 *                spin_lock_irqsave() also interrupts (when an interrupt
 *                handler takes it too). Whoever sees it free takes it: with
 *                an order of arrival, a waiter whose virtual CPU the host has
 *                put to sleep would hold up all behind it.
 *   mutex_t      sleeping, owner-tracked, FIFO hand-over under contention,
 *                spins while the owner runs
 *   rwlock_t     sleeping readers/writer lock; not recursive, for readers
 *                neither. Who waits may be overtaken once, so none starves
 *   seqcount_t   lockless readers of small data that retry
 *
 * Zeroed memory is an unlocked spinlock; the other kinds need initialisation.
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include "arch/arch.h"
#include "lib/atomic.h"
#include "lib/list.h"

struct thread;
struct lock_class; /* debug build: one per name */

#ifdef CONFIG_DEBUG
struct lock_debug {
    const char *name;         /* NULL: not checked for order */
    struct lock_class *class; /* by level 0; found at first use */
    const void *owner;        /* thread that holds it for writing */
    const void *where;        /* return address of the last acquisition */
};
#define LOCK_DEBUG_INIT(n) .debug = {.name = (n)},
#define LOCK_DEBUG_MEMBER  struct lock_debug debug;
#else
#define LOCK_DEBUG_INIT(n)
#define LOCK_DEBUG_MEMBER
#endif

typedef struct spinlock {
    u32 value; /* 1: held */
    LOCK_DEBUG_MEMBER
} spinlock_t;
#define SPINLOCK_INIT(name)                 \
    {                                       \
        .value = 0, LOCK_DEBUG_INIT((name)) \
    }

typedef struct mutex {
    atomic64_t owner; /* struct thread pointer | MUTEX_* */
    spinlock_t wait_lock;
    struct list_head waiters; /* FIFO; wait_lock */
    LOCK_DEBUG_MEMBER
} mutex_t;
#define MUTEX_INIT(m, name)                                             \
    {                                                                   \
        .wait_lock = SPINLOCK_INIT(NULL),                               \
        .waiters = LIST_HEAD_INIT((m).waiters), LOCK_DEBUG_INIT((name)) \
    }

typedef struct rwlock {
    atomic64_t state; /* writer: thread | 1; readers: count * 8; | RWLOCK_* */
    spinlock_t wait_lock;
    struct list_head waiters; /* FIFO; wait_lock */
    LOCK_DEBUG_MEMBER
} rwlock_t;
#define RWLOCK_INIT(l, name)                                            \
    {                                                                   \
        .wait_lock = SPINLOCK_INIT(NULL),                               \
        .waiters = LIST_HEAD_INIT((l).waiters), LOCK_DEBUG_INIT((name)) \
    }

typedef struct seqcount {
    u32 sequence;
} seqcount_t;

/* --------------------------------------------------------- preemption -- */

/* thread_head.preempt_count: nested disables in the low half, interrupt
 * contexts above. */
#define PREEMPT_IRQ BIT(16)

/* Preemption. Nests; spinlocks and RCU readers use it. */
static inline void preempt_disable(void)
{
    arch_current()->preempt_count++;
    barrier();
}

void preempt_schedule(void); /* the slow half of preempt_enable() */
static inline void preempt_enable(void)
{
    struct thread_head *head = arch_current();

    barrier();
    if (--head->preempt_count == 0 &&
        unlikely(atomic_load(&head->work) & WORK_RESCHED))
        preempt_schedule();
}
/* For the scheduler: does not look for a better thread. */
static inline void preempt_enable_no_resched(void)
{
    barrier();
    arch_current()->preempt_count--;
}
static inline bool preemptible(void)
{
    return arch_current()->preempt_count == 0 && arch_irqs_enabled();
}
static inline bool in_interrupt(void)
{
    return arch_current()->preempt_count >= PREEMPT_IRQ;
}

/* Debug: complains if called where sleeping is not allowed. */
#ifdef CONFIG_DEBUG
void might_sleep_check(const char *file, int line);
#define might_sleep() might_sleep_check(__FILE__, __LINE__)
#else
static inline void might_sleep(void)
{
}
#endif

/* ----------------------------------------------------------- spinlocks -- */

/* `name` is the class: a string literal, the same for all locks of a kind. */
void spin_init(spinlock_t *l, const char *name);

/* The lock word alone: no preemption count, no checks. For the allocator, the
 * log and the like, which the checks themselves use; interrupts off. */
void raw_spin_wait(spinlock_t *l);
static inline void raw_spin_lock(spinlock_t *l)
{
    if (unlikely(__atomic_exchange_n(&l->value, 1, __ATOMIC_ACQUIRE)))
        raw_spin_wait(l);
}
static inline bool raw_spin_trylock(spinlock_t *l)
{
    return !__atomic_load_n(&l->value, __ATOMIC_RELAXED) &&
           !__atomic_exchange_n(&l->value, 1, __ATOMIC_ACQUIRE);
}
static inline void raw_spin_unlock(spinlock_t *l)
{
    __atomic_store_n(&l->value, 0, __ATOMIC_RELEASE);
}
#ifdef CONFIG_DEBUG
void spin_lock(spinlock_t *l);
bool spin_trylock(spinlock_t *l);
void spin_unlock(spinlock_t *l);
unsigned long spin_lock_irqsave(spinlock_t *l);
bool spin_trylock_irqsave(spinlock_t *l, unsigned long *flags);
void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags);
void spin_lock_irq(spinlock_t *l); /* interrupts are known to be on */
void spin_unlock_irq(spinlock_t *l);
/* A second lock of the same class (parent before child): level 1..3 */
void spin_lock_nested(spinlock_t *l, unsigned level);
unsigned long spin_lock_irqsave_nested(spinlock_t *l, unsigned level);
void spin_assert_held(spinlock_t *l);
#else
static inline void spin_lock(spinlock_t *l)
{
    preempt_disable();
    raw_spin_lock(l);
}
static inline bool spin_trylock(spinlock_t *l)
{
    preempt_disable();
    if (raw_spin_trylock(l))
        return true;
    preempt_enable();
    return false;
}
static inline void spin_unlock(spinlock_t *l)
{
    raw_spin_unlock(l);
    preempt_enable();
}
static inline unsigned long spin_lock_irqsave(spinlock_t *l)
{
    unsigned long flags = arch_irq_save();

    spin_lock(l);
    return flags;
}
static inline bool spin_trylock_irqsave(spinlock_t *l, unsigned long *flags)
{
    *flags = arch_irq_save();
    if (spin_trylock(l))
        return true;
    arch_irq_restore(*flags);
    return false;
}
static inline void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags)
{
    raw_spin_unlock(l);
    arch_irq_restore(flags);
    preempt_enable();
}
static inline void spin_lock_irq(spinlock_t *l)
{
    arch_irq_disable();
    spin_lock(l);
}
static inline void spin_unlock_irq(spinlock_t *l)
{
    raw_spin_unlock(l);
    arch_irq_enable();
    preempt_enable();
}
static inline void spin_lock_nested(spinlock_t *l, unsigned level)
{
    (void)level;
    spin_lock(l);
}
static inline unsigned long spin_lock_irqsave_nested(spinlock_t *l,
                                                     unsigned level)
{
    (void)level;
    return spin_lock_irqsave(l);
}
static inline void spin_assert_held(spinlock_t *l)
{
    (void)l;
}
#endif

/* ------------------------------------------------------ sleeping locks -- */

#define MUTEX_WAITERS 1L /* someone is on the list */
#define MUTEX_HANDOFF 2L /* the first waiter gets it at the next unlock */
#define MUTEX_FLAGS   3L
/* Looks at an owner that runs before sleeping: some ten microseconds. The
 * owner's virtual CPU may have been put to sleep by the host. */
#define MUTEX_SPINS 256

void mutex_init(mutex_t *m, const char *name);
void mutex_lock_nested(mutex_t *m, unsigned level);
int mutex_lock_killable(mutex_t *m);      /* -EINTR */
int mutex_lock_interruptible(mutex_t *m); /* -ERESTARTSYS */
bool mutex_trylock(mutex_t *m);
void mutex_assert_held(mutex_t *m);
void mutex_lock_slow(mutex_t *m);
void mutex_unlock_slow(mutex_t *m);
#ifdef CONFIG_DEBUG
void mutex_lock(mutex_t *m);
void mutex_unlock(mutex_t *m);
#else
static inline void mutex_lock(mutex_t *m)
{
    s64 free = 0;

    if (unlikely(!try_cmpxchg_acquire(&m->owner.counter, &free,
                                      (s64)arch_current())))
        mutex_lock_slow(m);
}
static inline void mutex_unlock(mutex_t *m)
{
    s64 mine = (s64)arch_current();

    if (unlikely(!try_cmpxchg_release(&m->owner.counter, &mine, 0)))
        mutex_unlock_slow(m);
}
#endif

#define RWLOCK_WRITER  1L
#define RWLOCK_WAITERS 2L /* someone is on the list */
#define RWLOCK_HANDOFF 4L /* the first of them is next; nobody else */
#define RWLOCK_READER  8L

void rwlock_init(rwlock_t *l, const char *name);
int read_lock_killable(rwlock_t *l); /* -EINTR */
void write_lock_nested(rwlock_t *l, unsigned level);
int write_lock_killable(rwlock_t *l); /* -EINTR */
void write_downgrade(rwlock_t *l);    /* writer becomes a reader */
void rwlock_assert_write(rwlock_t *l);
void read_lock_slow(rwlock_t *l);
void write_lock_slow(rwlock_t *l);
void rwlock_wake(rwlock_t *l);
void write_unlock_slow(rwlock_t *l);
#ifdef CONFIG_DEBUG
void read_lock(rwlock_t *l);
void read_unlock(rwlock_t *l);
void write_lock(rwlock_t *l);
void write_unlock(rwlock_t *l);
#else
static inline void read_lock(rwlock_t *l)
{
    s64 s = atomic64_load(&l->state);

    while (likely(!(s & (RWLOCK_WRITER | RWLOCK_HANDOFF))))
        if (likely(
                try_cmpxchg_acquire(&l->state.counter, &s, s + RWLOCK_READER)))
            return;
    read_lock_slow(l);
}
static inline void read_unlock(rwlock_t *l)
{
    s64 s =
        __atomic_sub_fetch(&l->state.counter, RWLOCK_READER, __ATOMIC_RELEASE);

    if (unlikely(s & RWLOCK_WAITERS && s < RWLOCK_READER))
        rwlock_wake(l);
}
static inline void write_lock(rwlock_t *l)
{
    s64 free = 0;

    if (unlikely(!try_cmpxchg_acquire(&l->state.counter, &free,
                                      (s64)arch_current() | RWLOCK_WRITER)))
        write_lock_slow(l);
}
static inline void write_unlock(rwlock_t *l)
{
    s64 mine = (s64)arch_current() | RWLOCK_WRITER;

    if (unlikely(!try_cmpxchg_release(&l->state.counter, &mine, 0)))
        write_unlock_slow(l);
}
#endif

/* Readers: do { s = seq_begin(&c); copy; } while (seq_retry(&c, s)); */
static inline u32 seq_begin(const seqcount_t *c)
{
    u32 s;
    /* Pairs with the release in seq_write_end(). */
    while ((s = __atomic_load_n(&c->sequence, __ATOMIC_ACQUIRE)) & 1)
        arch_cpu_relax();
    return s;
}
static inline bool seq_retry(const seqcount_t *c, u32 s)
{
    /* Pairs with the write barrier in seq_write_begin(). */
    smp_rmb();
    return READ_ONCE(c->sequence) != s;
}
/* Writers hold the lock that guards the data; preemption off. */
static inline void seq_write_begin(seqcount_t *c)
{
    WRITE_ONCE(c->sequence, c->sequence + 1);
    smp_wmb();
}
static inline void seq_write_end(seqcount_t *c)
{
    __atomic_store_n(&c->sequence, c->sequence + 1, __ATOMIC_RELEASE);
}

#endif
