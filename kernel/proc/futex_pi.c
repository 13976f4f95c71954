/*
 * Priority-inheritance futexes: the kernel knows the owner.
 *
 * A word that somebody waits for has a futex_pi_state {owner, key} on the
 * owner's list; waiters hang in the bucket and point to it. Unlocking hands the
 * word to the first waiter of the highest priority. The bucket's lock guards
 * states and waiters, pi_owner_lock the owners' lists.
 */
#include "arch/arch.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "proc/futex_internal.h"
#include "vm/user.h"

struct futex_pi_state {
    struct list_head owned; /* task.pi_owned; pi_owner_lock */
    struct memory_key key;
    struct task *owner; /* borrowed: it leaves in futex_exit_pi() */
    u32 refs;           /* waiters; bucket's lock */
};

static spinlock_t pi_owner_lock = SPINLOCK_INIT("futex_pi_owner");

static struct futex_pi_state *state_of(struct futex_bucket *b,
                                       const struct memory_key *key)
{
    struct futex_waiter *w;

    list_for_each_entry (w, &b->waiters, link) {
        if (w->pi && futex_key_equal(&w->key, key))
            return w->pi;
    }
    return NULL;
}

/* False: the owner has ended and is none any more. */
static bool state_set_owner(struct futex_pi_state *s, struct task *owner)
{
    bool closed;

    spin_lock(&pi_owner_lock);
    closed = owner && owner->pi_closed;
    if (closed)
        owner = NULL;
    if (s->owner)
        list_del_init(&s->owned);
    s->owner = owner;
    if (owner)
        list_add_tail(&s->owned, &owner->pi_owned);
    spin_unlock(&pi_owner_lock);
    return !closed;
}

static void state_put(struct futex_pi_state *s)
{
    if (--s->refs)
        return;
    state_set_owner(s, NULL);
    kfree(s);
}

/* Lower is more urgent. */
static int urgency(const struct task *t)
{
    const struct thread *th = &t->thread;

    return th->policy == SCHED_FIFO || th->policy == SCHED_RR ? -th->rt_priority
                                                              : 0;
}

static void enqueue(struct futex_bucket *b, struct futex_waiter *w)
{
    struct futex_waiter *other;

    __atomic_store_n(&w->bucket, b, __ATOMIC_RELEASE);
    list_for_each_entry (other, &b->waiters, link) {
        if (other->pi && futex_key_equal(&other->key, &w->key) &&
            urgency(w->task) < urgency(other->task)) {
            list_add_tail(&w->link, &other->link);
            return;
        }
    }
    list_add_tail(&w->link, &b->waiters);
}

static u32 own_tid(struct task *t)
{
    return pid_number(t->pids[PID_TASK], task_pid_ns(t));
}

static int word_exchange(u64 word, u32 expected, u32 desired, u32 *old)
{
    int error;

    arch_fault_disable();
    error = arch_user_cmpxchg32(word, expected, desired, old);
    arch_fault_enable();
    return error;
}

/*
 * Try to take the word for `t`; else make sure that it says WAITERS and find
 * its owner. Bucket locked. 1: it is t's; 0: wait, *state is set; -EAGAIN:
 * again; -EFAULT: fault it in; other errors are final.
 */
static int take_or_find_owner(struct caller *who, struct futex_bucket *b,
                              const struct memory_key *key, u64 word,
                              struct task *t, bool try_only, bool set_waiters,
                              struct futex_pi_state *fresh,
                              struct futex_pi_state **state)
{
    struct task *owner;
    u32 tid = own_tid(t), value, old, desired;
    struct futex_pi_state *s = state_of(b, key);

    if (futex_peek(word, &value))
        return -EFAULT;
    if ((value & FUTEX_TID_MASK) == tid)
        return -EDEADLK;
    if (s) {
        if (try_only)
            return -EAGAIN;
        if (!(value & FUTEX_TID_MASK) && !(value & FUTEX_OWNER_DIED))
            return -EINVAL; /* user space broke the word */
        *state = s;
        return 0;
    }
    if (!(value & FUTEX_TID_MASK)) {
        /* Free, or left by a dead owner: keep that bit for the new one. */
        desired = tid | (value & (FUTEX_OWNER_DIED | FUTEX_WAITERS));
        if (set_waiters)
            desired |= FUTEX_WAITERS;
        if (word_exchange(word, value, desired, &old))
            return -EFAULT;
        return old == value ? 1 : -EAGAIN;
    }
    if (try_only)
        return -EAGAIN;
    if (!(value & FUTEX_WAITERS)) {
        if (word_exchange(word, value, value | FUTEX_WAITERS, &old))
            return -EFAULT;
        if (old != value)
            return -EAGAIN;
    }
    owner = task_find(who, value & FUTEX_TID_MASK);
    if (!owner)
        return -ESRCH;
    if (owner->flags & TASK_KTHREAD) {
        task_put(owner);
        return -EPERM;
    }
    *fresh = (struct futex_pi_state){.key = *key};
    if (state_set_owner(fresh, owner)) {
        task_put(owner);
        *state = fresh;
        return 0;
    }
    task_put(owner);
    /* Its robust list may have said meanwhile that it died. */
    if (futex_peek(word, &old))
        return -EFAULT;
    return (old & ~FUTEX_WAITERS) == (value & ~FUTEX_WAITERS) ? -ESRCH
                                                              : -EAGAIN;
}

/* A dying or unlocking owner chose us; make the word say so. */
static int finish_taking(struct caller *who, struct futex_waiter *w, u64 word)
{
    u32 value, old, desired;

    do {
        if (user_read32(who->mm, word, &value))
            return -EFAULT;
        desired = own_tid(w->task) | (value & FUTEX_WAITERS);
        if (w->owner_died || value & FUTEX_OWNER_DIED)
            desired |= FUTEX_OWNER_DIED;
        if (arch_user_cmpxchg32(word, value, desired, &old))
            return -EFAULT;
    } while (old != value);
    return 0;
}

s64 futex_lock_pi(struct caller *who, u64 word, bool shared, u64 deadline,
                  bool try_only)
{
    struct futex_waiter w = {.bitset = FUTEX_BITSET_ALL,
                             .task = task_current()};
    struct futex_pi_state *fresh, *s;
    struct futex_bucket *b;
    int error = futex_key(who, word, shared, &w.key);

    if (error)
        return error;
    fresh = kmalloc(sizeof(*fresh), ALLOC_KERNEL);
    if (!fresh)
        return -ENOMEM;
    b = futex_bucket_of(&w.key);
    for (;;) {
        spin_lock(&b->lock);
        error = take_or_find_owner(who, b, &w.key, word, w.task, try_only,
                                   false, fresh, &s);
        if (error == 0)
            break;
        spin_unlock(&b->lock);
        if (error == -EFAULT && !futex_fault_in(who, word))
            continue;
        if (error == -EAGAIN && !try_only) {
            cond_resched();
            continue;
        }
        kfree(fresh);
        return error == 1 ? 0 : error;
    }
    if (s == fresh)
        fresh = NULL;
    s->refs++;
    w.pi = s;
    enqueue(b, &w);
    spin_unlock(&b->lock);
    kfree(fresh);

    error = futex_sleep(&w, deadline);
    if (!error)
        return finish_taking(who, &w, word);
    /* Unqueued by us: the state may have lost its last waiter. */
    spin_lock(&b->lock);
    state_put(s);
    spin_unlock(&b->lock);
    return error == -ERESTARTSYS ? -ERESTARTNOINTR : error;
}

/* Give the word to the first waiter of `s`; bucket locked. */
static struct futex_waiter *next_waiter(struct futex_bucket *b,
                                        struct futex_pi_state *s)
{
    struct futex_waiter *w;

    list_for_each_entry (w, &b->waiters, link) {
        if (w->pi == s)
            return w;
    }
    return NULL;
}

static void hand_over(struct futex_pi_state *s, struct futex_waiter *w,
                      bool owner_died)
{
    w->owner_died = owner_died;
    state_set_owner(s, w->task);
    futex_wake_waiter(w);
    state_put(s);
}

s64 futex_unlock_pi(struct caller *who, u64 word, bool shared)
{
    struct task *t = task_current();
    struct memory_key key;
    struct futex_pi_state *s;
    struct futex_bucket *b;
    struct futex_waiter *w;
    u32 value, old, desired;
    int error = user_read32(who->mm, word, &value);

    if (!error && (value & FUTEX_TID_MASK) != own_tid(t))
        return -EPERM;
    if (!error)
        error = futex_key(who, word, shared, &key);
    if (error)
        return error;
    b = futex_bucket_of(&key);
    for (;;) {
        spin_lock(&b->lock);
        s = state_of(b, &key);
        w = s ? next_waiter(b, s) : NULL;
        if (s && s->owner != t) {
            error = -EINVAL;
            break;
        }
        error = futex_peek(word, &value);
        desired = w ? own_tid(w->task) | (s->refs > 1 ? FUTEX_WAITERS : 0) : 0;
        if (!error)
            error = word_exchange(word, value, desired, &old);
        if (!error && old == value) {
            if (w)
                hand_over(s, w, false);
            break;
        }
        spin_unlock(&b->lock);
        if (error && futex_fault_in(who, word))
            return -EFAULT;
    }
    spin_unlock(&b->lock);
    return error;
}

/* ------------------------------------------------- condition variables -- */

static void leave_state(const struct memory_key *key, struct futex_pi_state *s)
{
    struct futex_bucket *b = futex_bucket_of(key);

    spin_lock(&b->lock);
    state_put(s);
    spin_unlock(&b->lock);
}

s64 futex_wait_requeue_pi(struct caller *who, u64 word, bool shared,
                          u32 expected, u64 deadline, u64 to)
{
    struct futex_waiter w = {
        .bitset = FUTEX_BITSET_ALL, .task = task_current(), .to_requeue = true};
    int error;

    if (word == to)
        return -EINVAL;
    error = futex_key(who, to, shared, &w.requeue_key);
    if (!error)
        error = futex_key(who, word, shared, &w.key);
    if (!error && futex_key_equal(&w.key, &w.requeue_key))
        error = -EINVAL;
    if (!error)
        error = futex_queue_if(who, &w, word, expected);
    if (error)
        return error;
    error = futex_sleep(&w, deadline);
    if (w.taken)
        return 0;
    if (!error)
        return finish_taking(who, &w, to);
    if (!w.pi)
        return error == -ERESTARTSYS ? -ERESTARTNOINTR : error;
    /* It was moved: made again, the call would find that `word` has changed. */
    leave_state(&w.requeue_key, w.pi);
    return error == -ERESTARTSYS ? -EAGAIN : error;
}

static struct futex_waiter *first_waiter(struct futex_bucket *b,
                                         const struct memory_key *key)
{
    struct futex_waiter *w;

    list_for_each_entry (w, &b->waiters, link)
        if (futex_key_equal(&w->key, key))
            return w;
    return NULL;
}

static bool is_for(const struct futex_waiter *w, const struct memory_key *key)
{
    return w->to_requeue && !w->pi && futex_key_equal(&w->requeue_key, key);
}

/* Both buckets are locked. Moves up to `most` waiters to `s`; how many, or an
 * errno if the first of them cannot be. */
static s64 move_waiters(struct futex_bucket *from,
                        const struct memory_key *from_key,
                        struct futex_bucket *to,
                        const struct memory_key *to_key,
                        struct futex_pi_state *s, s64 most, int *error)
{
    struct futex_waiter *w;
    s64 moved = 0;

    while (moved < most && (w = first_waiter(from, from_key))) {
        if (!is_for(w, to_key)) {
            *error = -EINVAL;
            break;
        }
        if (s->owner == w->task) {
            *error = -EDEADLK;
            break;
        }
        list_del(&w->link);
        w->to_requeue = false;
        w->key = *to_key;
        w->pi = s;
        s->refs++;
        enqueue(to, w);
        moved++;
    }
    return moved;
}

/* Both buckets are locked; result as of take_or_find_owner(). */
static int requeue_locked(struct caller *who, struct futex_bucket *from,
                          const struct memory_key *from_key,
                          struct futex_bucket *to,
                          const struct memory_key *to_key, u64 to_word,
                          u32 requeue, struct futex_pi_state **fresh,
                          s64 *touched)
{
    struct futex_waiter *w = first_waiter(from, from_key);
    struct futex_pi_state *s = NULL;
    int error;

    *touched = 0;
    if (!w)
        return 0;
    if (!is_for(w, to_key))
        return -EINVAL;
    error = take_or_find_owner(who, to, to_key, to_word, w->task, false,
                               requeue, *fresh, &s);
    if (error < 0)
        return error;
    if (error == 1) {
        s = *fresh;
        *s = (struct futex_pi_state){.key = *to_key};
        state_set_owner(s, w->task);
        w->taken = true;
        futex_wake_waiter(w);
        *touched = 1;
    }
    if (s == *fresh)
        *fresh = NULL;
    s->refs++;
    error = 0;
    *touched += move_waiters(from, from_key, to, to_key, s,
                             (s64)requeue + 1 - *touched, &error);
    state_put(s);
    return error;
}

s64 futex_requeue_pi(struct caller *who, u64 word, bool shared, u32 wake,
                     u32 requeue, u64 to, u32 expected)
{
    struct futex_bucket *from_bucket, *to_bucket;
    struct memory_key from_key, to_key;
    struct futex_pi_state *fresh = NULL;
    s64 touched = 0;
    u32 value;
    int error;

    if ((s32)wake < 0 || (s32)requeue < 0 || word == to || wake != 1)
        return -EINVAL;
    error = futex_key(who, word, shared, &from_key);
    if (!error)
        error = futex_key(who, to, shared, &to_key);
    if (!error && futex_key_equal(&from_key, &to_key))
        error = -EINVAL;
    if (error)
        return error;
    from_bucket = futex_bucket_of(&from_key);
    to_bucket = futex_bucket_of(&to_key);
    for (;;) {
        u64 missing = word;

        if (!fresh)
            fresh = kmalloc(sizeof(*fresh), ALLOC_KERNEL);
        if (!fresh)
            return -ENOMEM;
        futex_lock_two(from_bucket, to_bucket);
        error = futex_peek(word, &value);
        if (!error && value != expected) {
            futex_unlock_two(from_bucket, to_bucket);
            kfree(fresh);
            return -EAGAIN;
        }
        if (!error) {
            missing = to;
            error = requeue_locked(who, from_bucket, &from_key, to_bucket,
                                   &to_key, to, requeue, &fresh, &touched);
        }
        futex_unlock_two(from_bucket, to_bucket);
        if (error == -EFAULT && !futex_fault_in(who, missing))
            continue;
        if (error != -EAGAIN)
            break;
        cond_resched();
    }
    kfree(fresh);
    return error ? error : touched;
}

void futex_exit_pi(struct task *t)
{
    for (;;) {
        struct futex_pi_state *s;
        struct futex_bucket *b;
        struct memory_key key;
        struct futex_waiter *w;

        spin_lock(&pi_owner_lock);
        s = list_first_entry_or_null(&t->pi_owned, struct futex_pi_state,
                                     owned);
        if (s)
            key = s->key;
        else
            t->pi_closed = t->flags & TASK_EXITING;
        spin_unlock(&pi_owner_lock);
        if (!s)
            return;
        b = futex_bucket_of(&key);
        spin_lock(&b->lock);
        /* Look again: the last waiter may have gone meanwhile. */
        s = state_of(b, &key);
        if (s && s->owner == t) {
            w = next_waiter(b, s);
            if (w)
                hand_over(s, w, true);
        }
        spin_unlock(&b->lock);
    }
}
