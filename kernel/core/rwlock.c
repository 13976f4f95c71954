/*
 * Sleeping readers/writer locks. While nobody waits, the state word alone says
 * who holds it. Waiters stand in one line. Who makes the lock free gives it to
 * the readers at the head of the line, but only wakes a writer there: until
 * that one runs, others may take the lock, which saves a switch for each time
 * it changes hands. A writer that was woken in vain sets HANDOFF: then nobody
 * overtakes it any more, and the lock is handed to it.
 */
#include "core/lock.h"

#include "core/log.h"
#include "core/sched.h"
#include "core/wait.h"
#include "lib/errno.h"

#define FLAGS (RWLOCK_WRITER | RWLOCK_WAITERS | RWLOCK_HANDOFF)
#define LINE  (RWLOCK_WAITERS | RWLOCK_HANDOFF)

struct rwlock_waiter {
    struct list_head link;
    struct thread *thread; /* borrowed: it waits */
    bool writer;
    bool granted; /* wait_lock, and read by the waiter after it woke */
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

void rwlock_init(rwlock_t *l, const char *name)
{
    *l = (rwlock_t)RWLOCK_INIT(*l, name);
    (void)name;
}

static inline s64 writer_word(struct thread *t)
{
    return (s64)t | RWLOCK_WRITER;
}

static void wake_waiter(struct rwlock_waiter *w)
{
    struct thread *t = w->thread;

    list_del(&w->link);
    /* After this the waiter may return and its stack frame be gone. Threads
     * do not end while this lock's wait_lock is held by their waker: they take
     * it once more before they return. */
    smp_store_release(&w->granted, true);
    thread_wake(t);
}

/* Leaves the line flags as the line is. wait_lock held. */
static void flags_update(rwlock_t *l)
{
    if (list_empty(&l->waiters))
        __atomic_fetch_and(&l->state.counter, ~LINE, __ATOMIC_SEQ_CST);
}

/* Hands the lock on as far as its state allows. wait_lock held, WAITERS set. */
static void grant(rwlock_t *l)
{
    while (!list_empty(&l->waiters)) {
        struct rwlock_waiter *w =
            list_first_entry(&l->waiters, struct rwlock_waiter, link);
        s64 s = atomic64_load(&l->state);

        if (w->writer) {
            if (s & ~LINE)
                break;
            if (!(s & RWLOCK_HANDOFF)) {
                thread_wake(w->thread);
                break;
            }
            if (!try_cmpxchg_acquire(&l->state.counter, &s,
                                     writer_word(w->thread) | RWLOCK_WAITERS))
                continue;
        } else {
            if (s & RWLOCK_WRITER)
                break;
            if (!try_cmpxchg_acquire(&l->state.counter, &s, s + RWLOCK_READER))
                continue;
        }
        wake_waiter(w);
    }
    flags_update(l);
}

void rwlock_wake(rwlock_t *l)
{
    spin_lock(&l->wait_lock);
    if (!list_empty(&l->waiters))
        grant(l);
    spin_unlock(&l->wait_lock);
}

/* A writer at the head of the line, awake: wait_lock held. */
static bool write_take(rwlock_t *l, struct rwlock_waiter *w)
{
    s64 s = atomic64_load(&l->state);

    if (!w->writer ||
        list_first_entry(&l->waiters, struct rwlock_waiter, link) != w)
        return false;
    while (!(s & ~LINE))
        if (try_cmpxchg_acquire(&l->state.counter, &s,
                                writer_word(w->thread) | RWLOCK_WAITERS)) {
            list_del(&w->link);
            w->granted = true;
            flags_update(l);
            return true;
        }
    return false;
}

static int wait_for(rwlock_t *l, bool writer, enum wait_mode mode)
{
    struct rwlock_waiter w = {.thread = thread_current(), .writer = writer};
    unsigned rounds = 0;
    int error = 0;

    might_sleep();
    spin_lock(&l->wait_lock);
    list_add_tail(&w.link, &l->waiters);
    __atomic_fetch_or(&l->state.counter, RWLOCK_WAITERS, __ATOMIC_SEQ_CST);
    if (!writer)
        grant(l); /* it may have become free meanwhile */
    while (!w.granted && !write_take(l, &w)) {
        if (writer && rounds++ &&
            list_first_entry(&l->waiters, struct rwlock_waiter, link) == &w)
            __atomic_fetch_or(&l->state.counter, RWLOCK_HANDOFF,
                              __ATOMIC_SEQ_CST);
        thread_set_state(mode == WAIT_KILLABLE ? THREAD_KILLABLE
                                               : THREAD_UNINTERRUPTIBLE);
        /* It may have been let go before HANDOFF was seen. */
        if (write_take(l, &w))
            break;
        spin_unlock(&l->wait_lock);
        if (!smp_load_acquire(&w.granted))
            error = wait_sleep(mode, WAIT_FOREVER);
        spin_lock(&l->wait_lock);
        if (error)
            break;
    }
    thread_set_state(THREAD_RUNNING);
    if (w.granted) {
        error = 0;
    } else {
        list_del(&w.link);
        __atomic_fetch_and(&l->state.counter, ~RWLOCK_HANDOFF,
                           __ATOMIC_SEQ_CST);
        grant(l); /* it may have been this one's turn */
    }
    spin_unlock(&l->wait_lock);
    return error;
}

/* As long as the owner runs, the lock will soon be free. */
static bool writer_spin(rwlock_t *l)
{
    bool got = false;

    preempt_disable();
    for (unsigned spins = 0; spins < MUTEX_SPINS; spins++) {
        s64 s = atomic64_load(&l->state);

        if (!(s & ~RWLOCK_WAITERS)) {
            if (try_cmpxchg_acquire(&l->state.counter, &s,
                                    writer_word(thread_current()) | s)) {
                got = true;
                break;
            }
            continue;
        }
        if (s & RWLOCK_HANDOFF || !(s & RWLOCK_WRITER) ||
            atomic_load(&thread_current()->head.work) & WORK_RESCHED ||
            !thread_is_on_cpu((struct thread *)(s & ~FLAGS)))
            break;
        arch_cpu_relax();
    }
    preempt_enable();
    return got;
}

static bool read_try(rwlock_t *l)
{
    s64 s = atomic64_load(&l->state);

    while (!(s & (RWLOCK_WRITER | RWLOCK_HANDOFF)))
        if (try_cmpxchg_acquire(&l->state.counter, &s, s + RWLOCK_READER))
            return true;
    return false;
}

static bool write_try(rwlock_t *l)
{
    s64 s = atomic64_load(&l->state);

    while (!(s & ~RWLOCK_WAITERS))
        if (try_cmpxchg_acquire(&l->state.counter, &s,
                                writer_word(thread_current()) | s))
            return true;
    return false;
}

void read_lock_slow(rwlock_t *l)
{
    if (!read_try(l))
        (void)wait_for(l, false, WAIT_UNINTERRUPTIBLE);
}

void write_lock_slow(rwlock_t *l)
{
    if (!write_try(l) && !writer_spin(l))
        (void)wait_for(l, true, WAIT_UNINTERRUPTIBLE);
}

void write_unlock_slow(rwlock_t *l)
{
    s64 s =
        __atomic_and_fetch(&l->state.counter, RWLOCK_WAITERS, __ATOMIC_RELEASE);

    if (s & RWLOCK_WAITERS)
        rwlock_wake(l);
}

#ifdef CONFIG_DEBUG
void read_lock(rwlock_t *l)
{
    DEBUG_ACQUIRE(l, 0, LOCKDEP_READ, false);
    might_sleep();
    read_lock_slow(l);
}

void read_unlock(rwlock_t *l)
{
    s64 s;

    DEBUG_RELEASE(l);
    s = __atomic_sub_fetch(&l->state.counter, RWLOCK_READER, __ATOMIC_RELEASE);
    if (s & RWLOCK_WAITERS && s < RWLOCK_READER)
        rwlock_wake(l);
}

void write_lock(rwlock_t *l)
{
    DEBUG_ACQUIRE(l, 0, LOCKDEP_SLEEP, false);
    might_sleep();
    write_lock_slow(l);
}

void write_unlock(rwlock_t *l)
{
    DEBUG_RELEASE(l);
    rwlock_assert_write(l);
    write_unlock_slow(l);
}
#endif

int read_lock_killable(rwlock_t *l)
{
    DEBUG_ACQUIRE(l, 0, LOCKDEP_READ, false);
    if (read_try(l) || !wait_for(l, false, WAIT_KILLABLE))
        return 0;
    DEBUG_RELEASE(l);
    return -EINTR;
}

void write_lock_nested(rwlock_t *l, unsigned level)
{
    DEBUG_ACQUIRE(l, level, LOCKDEP_SLEEP, false);
    write_lock_slow(l);
}

int write_lock_killable(rwlock_t *l)
{
    DEBUG_ACQUIRE(l, 0, LOCKDEP_SLEEP, false);
    if (write_try(l) || writer_spin(l) || !wait_for(l, true, WAIT_KILLABLE))
        return 0;
    DEBUG_RELEASE(l);
    return -EINTR;
}

void write_downgrade(rwlock_t *l)
{
    s64 s = atomic64_load(&l->state);

    while (
        !try_cmpxchg_release(&l->state.counter, &s, RWLOCK_READER | (s & LINE)))
        ;
    if (s & RWLOCK_WAITERS)
        rwlock_wake(l);
}

void rwlock_assert_write(rwlock_t *l)
{
#ifdef CONFIG_DEBUG
    if ((atomic64_load(&l->state) & ~LINE) != writer_word(thread_current()))
        panic("rwlock %s must be held for writing\n", l->debug.name);
#else
    (void)l;
#endif
}
