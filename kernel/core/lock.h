/*
 * Locks. Every lock says, where it is declared, what it guards; every lock
 * class has a name and a place in the order, which the debug build learns and
 * checks at run time (core/lockdep.c names both call sites).
 *
 *   spinlock_t   short, not sleeping; spin_lock() disables preemption,
 *                spin_lock_irqsave() also interrupts (when an interrupt
 *                handler takes it too)
 *   mutex_t      sleeping, owner-tracked, FIFO hand-over under contention,
 *                spins while the owner runs
 *   rwlock_t     sleeping readers/writer lock; writers do not starve; readers
 *                scale by per-CPU counts where `rwlock_init_percpu` is used
 *   seqcount_t   lockless readers of small data that retry
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include "arch/arch.h"
#include "lib/atomic.h"
#include "lib/list.h"

struct thread;
struct lock_class; /* debug build: one per initialisation site */

#ifdef CONFIG_DEBUG
struct lock_debug {
    const char *name;
    struct lock_class *class;
    const void *owner;
    const void *where; /* return address of the last acquisition */
};
#define LOCK_DEBUG_INIT(n) .debug = {.name = (n)},
#define LOCK_DEBUG_MEMBER  struct lock_debug debug;
#else
#define LOCK_DEBUG_INIT(n)
#define LOCK_DEBUG_MEMBER
#endif

typedef struct spinlock {
    u32 value; /* ticket or queue lock: core/spinlock.c */
    LOCK_DEBUG_MEMBER
} spinlock_t;
#define SPINLOCK_INIT(name)               \
    {                                     \
        .value = 0, LOCK_DEBUG_INIT(name) \
    }

typedef struct mutex {
    atomic64_t owner; /* struct thread pointer | flags */
    spinlock_t wait_lock;
    struct list_head waiters;
    LOCK_DEBUG_MEMBER
} mutex_t;
#define MUTEX_INIT(m, name)                                           \
    {                                                                 \
        .wait_lock = SPINLOCK_INIT(name),                             \
        .waiters = LIST_HEAD_INIT((m).waiters), LOCK_DEBUG_INIT(name) \
    }

typedef struct rwlock {
    atomic64_t state;
    spinlock_t wait_lock;
    struct list_head waiters;
    LOCK_DEBUG_MEMBER
} rwlock_t;

typedef struct seqcount {
    u32 sequence;
} seqcount_t;

/* `name` is the class: a string literal, the same for all locks of a kind. */
void spin_init(spinlock_t *l, const char *name);
void spin_lock(spinlock_t *l);
bool spin_trylock(spinlock_t *l);
void spin_unlock(spinlock_t *l);
unsigned long spin_lock_irqsave(spinlock_t *l);
void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags);
void spin_lock_irq(spinlock_t *l); /* interrupts are known to be on */
void spin_unlock_irq(spinlock_t *l);
/* A second lock of the same class (parent before child): level 1.. */
void spin_lock_nested(spinlock_t *l, unsigned level);
void spin_assert_held(spinlock_t *l);

void mutex_init(mutex_t *m, const char *name);
void mutex_lock(mutex_t *m);
void mutex_lock_nested(mutex_t *m, unsigned level);
int mutex_lock_killable(mutex_t *m);      /* -EINTR */
int mutex_lock_interruptible(mutex_t *m); /* -ERESTARTSYS */
bool mutex_trylock(mutex_t *m);
void mutex_unlock(mutex_t *m);
void mutex_assert_held(mutex_t *m);

void rwlock_init(rwlock_t *l, const char *name);
void read_lock(rwlock_t *l);
int read_lock_killable(rwlock_t *l);
bool read_trylock(rwlock_t *l);
void read_unlock(rwlock_t *l);
void write_lock(rwlock_t *l);
void write_lock_nested(rwlock_t *l, unsigned level);
int write_lock_killable(rwlock_t *l);
bool write_trylock(rwlock_t *l);
void write_unlock(rwlock_t *l);
void write_downgrade(rwlock_t *l); /* writer becomes a reader */
void rwlock_assert_held(rwlock_t *l);
void rwlock_assert_write(rwlock_t *l);

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

/* Preemption. Nests; spinlocks and RCU readers use it. */
void preempt_disable(void);
void preempt_enable(void);
bool preemptible(void);
/* Debug: complains if called where sleeping is not allowed. */
void might_sleep(void);

#endif
