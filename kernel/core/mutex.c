/*
 * Mutexes. The owner's thread pointer is the lock word. Who finds it taken
 * spins while the owner runs on another CPU; else queues. An unlock with
 * waiters frees the lock and wakes the first; one that has been woken in vain
 * asks for a hand-over, so nobody starves.
 */
#include "core/lock.h"

#include "core/log.h"
#include "core/sched.h"
#include "core/wait.h"
#include "lib/errno.h"

struct mutex_waiter {
    struct list_head link;
    struct thread *thread; /* borrowed: it waits */
};

#ifdef CONFIG_DEBUG
#define DEBUG_ACQUIRE(l, level, kind, try)                    \
    lockdep_acquire((l), &(l)->debug, (level), (kind), (try), \
                    __builtin_return_address(0))
#define DEBUG_RELEASE(l) lockdep_release((l), &(l)->debug)
#else
#define DEBUG_ACQUIRE(l, level, kind, try) ((void)(level))
#define DEBUG_RELEASE(l)                   ((void)0)
#endif

void mutex_init(mutex_t *m, const char *name)
{
    *m = (mutex_t)MUTEX_INIT(*m, name);
    (void)name;
}

static inline struct thread *owner_of(s64 word)
{
    return (struct thread *)(word & ~MUTEX_FLAGS);
}

static bool try_acquire(mutex_t *m)
{
    s64 word = atomic64_load(&m->owner);

    while (!owner_of(word))
        /* A hand-over that is promised to another is not ours: its pointer
         * would be there already. */
        if (try_cmpxchg_acquire(&m->owner.counter, &word,
                                (s64)thread_current() | word))
            return true;
    return false;
}

/* While the owner is on a CPU it will soon be done. The owner cannot be freed
 * under RCU's eyes: threads are freed after a grace period or while they hold
 * nothing, and the word is read again before each look. */
static bool spin_on_owner(mutex_t *m)
{
    for (unsigned spins = 0; spins < MUTEX_SPINS; spins++) {
        s64 word = atomic64_load(&m->owner);
        struct thread *owner = owner_of(word);

        if (!owner) {
            if (try_acquire(m))
                return true;
            continue;
        }
        if (word & MUTEX_HANDOFF ||
            atomic_load(&thread_current()->head.work) & WORK_RESCHED ||
            !thread_is_on_cpu(owner))
            return false;
        arch_cpu_relax();
    }
    return false;
}

static int wait_for(mutex_t *m, enum wait_mode mode)
{
    struct mutex_waiter w = {.thread = thread_current()};
    unsigned rounds = 0;
    int error = 0;

    spin_lock(&m->wait_lock);
    list_add_tail(&w.link, &m->waiters);
    __atomic_fetch_or(&m->owner.counter, MUTEX_WAITERS, __ATOMIC_SEQ_CST);
    for (;;) {
        thread_set_state(mode == WAIT_INTERRUPTIBLE ? THREAD_INTERRUPTIBLE
                         : mode == WAIT_KILLABLE    ? THREAD_KILLABLE
                                                    : THREAD_UNINTERRUPTIBLE);
        if (owner_of(atomic64_load(&m->owner)) == w.thread || try_acquire(m))
            break;
        if (list_first_entry(&m->waiters, struct mutex_waiter, link) == &w &&
            rounds++)
            __atomic_fetch_or(&m->owner.counter, MUTEX_HANDOFF,
                              __ATOMIC_SEQ_CST);
        spin_unlock(&m->wait_lock);
        error = wait_sleep(mode, WAIT_FOREVER);
        spin_lock(&m->wait_lock);
        if (error && owner_of(atomic64_load(&m->owner)) != w.thread)
            break;
        error = 0;
    }
    thread_set_state(THREAD_RUNNING);
    list_del(&w.link);
    if (list_empty(&m->waiters))
        __atomic_fetch_and(&m->owner.counter, ~MUTEX_FLAGS, __ATOMIC_SEQ_CST);
    else if (!error)
        __atomic_fetch_and(&m->owner.counter, ~MUTEX_HANDOFF, __ATOMIC_SEQ_CST);
    if (error) {
        /* It may have been woken instead of the next one. */
        s64 word = atomic64_load(&m->owner);

        if (!owner_of(word) && !list_empty(&m->waiters))
            thread_wake(list_first_entry(&m->waiters, struct mutex_waiter, link)
                            ->thread);
    }
    spin_unlock(&m->wait_lock);
    return error;
}

static int acquire(mutex_t *m, enum wait_mode mode)
{
    might_sleep();
    if (try_acquire(m))
        return 0;
    preempt_disable();
    if (cpu_count() > 1 && spin_on_owner(m)) {
        preempt_enable();
        return 0;
    }
    preempt_enable();
    return wait_for(m, mode);
}

void mutex_lock_slow(mutex_t *m)
{
    (void)acquire(m, WAIT_UNINTERRUPTIBLE);
}

void mutex_unlock_slow(mutex_t *m)
{
    struct mutex_waiter *first;
    s64 word = atomic64_load(&m->owner);

    if (unlikely(owner_of(word) != thread_current()))
        panic("mutex %p: unlocked by a thread that does not hold it\n",
              (void *)m);
    /* No waiters: free it. Waiters, no hand-over wanted: free it, wake one. */
    while (!(word & MUTEX_HANDOFF)) {
        if (try_cmpxchg_release(&m->owner.counter, &word, word & MUTEX_FLAGS)) {
            if (!(word & MUTEX_WAITERS))
                return;
            break;
        }
    }
    spin_lock(&m->wait_lock);
    if (!list_empty(&m->waiters)) {
        first = list_first_entry(&m->waiters, struct mutex_waiter, link);
        if (word & MUTEX_HANDOFF)
            __atomic_store_n(&m->owner.counter,
                             (s64)first->thread | MUTEX_WAITERS,
                             __ATOMIC_RELEASE);
        thread_wake(first->thread);
    } else if (word & MUTEX_HANDOFF) {
        __atomic_store_n(&m->owner.counter, 0, __ATOMIC_RELEASE);
    }
    spin_unlock(&m->wait_lock);
}

#ifdef CONFIG_DEBUG
void mutex_lock(mutex_t *m)
{
    DEBUG_ACQUIRE(m, 0, LOCKDEP_SLEEP, false);
    (void)acquire(m, WAIT_UNINTERRUPTIBLE);
}

void mutex_unlock(mutex_t *m)
{
    DEBUG_RELEASE(m);
    mutex_unlock_slow(m);
}
#endif

void mutex_lock_nested(mutex_t *m, unsigned level)
{
    DEBUG_ACQUIRE(m, level, LOCKDEP_SLEEP, false);
    (void)acquire(m, WAIT_UNINTERRUPTIBLE);
}

int mutex_lock_killable(mutex_t *m)
{
    DEBUG_ACQUIRE(m, 0, LOCKDEP_SLEEP, false);
    if (!acquire(m, WAIT_KILLABLE))
        return 0;
    DEBUG_RELEASE(m);
    return -EINTR;
}

int mutex_lock_interruptible(mutex_t *m)
{
    DEBUG_ACQUIRE(m, 0, LOCKDEP_SLEEP, false);
    if (!acquire(m, WAIT_INTERRUPTIBLE))
        return 0;
    DEBUG_RELEASE(m);
    return -ERESTARTSYS;
}

bool mutex_trylock(mutex_t *m)
{
    if (!try_acquire(m))
        return false;
    DEBUG_ACQUIRE(m, 0, LOCKDEP_SLEEP, true);
    return true;
}

void mutex_assert_held(mutex_t *m)
{
#ifdef CONFIG_DEBUG
    if (owner_of(atomic64_load(&m->owner)) != thread_current())
        panic("mutex %s must be held\n", m->debug.name);
#else
    (void)m;
#endif
}
