#include "proc/futex.h"

#include "arch/arch.h"
#include "core/init.h"
#include "core/plant.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "proc/futex_internal.h"
#include "vm/user.h"

static struct futex_bucket *buckets;
static u32 bucket_mask;

static int futex_init(void)
{
    u32 count = 64;

    while (count < 64 * cpu_count())
        count *= 2;
    buckets = kmalloc_array(count, sizeof(*buckets), ALLOC_KERNEL);
    if (!buckets)
        return -ENOMEM;
    for (u32 i = 0; i < count; i++) {
        spin_init(&buckets[i].lock, "futex");
        INIT_LIST_HEAD(&buckets[i].waiters);
    }
    bucket_mask = count - 1;
    return 0;
}
INITCALL(core, futex_init);

int futex_key(struct caller *who, u64 word, bool shared, struct memory_key *key)
{
    if (word & 3)
        return -EINVAL;
    if (!arch_user_range_ok(word, 4))
        return -EFAULT;
    if (!shared) {
        key->object = who->mm;
        key->offset = word;
        return 0;
    }
    return mm_memory_key(who->mm, word, true, key);
}

struct futex_bucket *futex_bucket_of(const struct memory_key *key)
{
    u64 h = hash_64((u64)key->object + key->offset, 32);

    return &buckets[h & bucket_mask];
}

void futex_lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
    if (a > b)
        swap(a, b);
    spin_lock(&a->lock);
    if (a != b && PLANTED(PLANT_FUTEX_ORDER))
        spin_lock(&b->lock);
    else if (a != b)
        spin_lock_nested(&b->lock, 1);
}

void futex_unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
    spin_unlock(&a->lock);
    if (a != b)
        spin_unlock(&b->lock);
}

int futex_peek(u64 word, u32 *value)
{
    int error;

    arch_fault_disable();
    error = arch_get_user32(word, value);
    arch_fault_enable();
    return error;
}

int futex_fault_in(struct caller *who, u64 word)
{
    return user_memory->fault_in(who->mm, word, 4, true);
}

void futex_wake_waiter(struct futex_waiter *w)
{
    struct task *t = task_get(w->task);

    list_del_init(&w->link);
    /* Pairs with the acquire in futex_sleep(): after this the waiter may
     * return and its stack frame be gone. */
    __atomic_store_n(&w->bucket, NULL, __ATOMIC_RELEASE);
    thread_wake(&t->thread);
    task_put(t);
}

static bool still_queued(struct futex_waiter *w)
{
    return __atomic_load_n(&w->bucket, __ATOMIC_ACQUIRE) != NULL;
}

/* Take it off whatever bucket it is on by now (requeueing moves it). True if a
 * waker had done so before. */
static bool unqueue(struct futex_waiter *w)
{
    for (;;) {
        struct futex_bucket *b = __atomic_load_n(&w->bucket, __ATOMIC_ACQUIRE);

        if (!b)
            return true;
        spin_lock(&b->lock);
        if (w->bucket == b) {
            list_del_init(&w->link);
            w->bucket = NULL;
            spin_unlock(&b->lock);
            return false;
        }
        spin_unlock(&b->lock);
    }
}

int futex_sleep(struct futex_waiter *w, u64 deadline)
{
    int error = wait_woken(!still_queued(w), deadline);

    if (error && unqueue(w))
        error = 0; /* woken all the same */
    return error;
}

int futex_queue_if(struct caller *who, struct futex_waiter *w, u64 word,
                   u32 expected)
{
    struct futex_bucket *b = futex_bucket_of(&w->key);
    u32 value;

    for (;;) {
        spin_lock(&b->lock);
        if (!futex_peek(word, &value))
            break;
        spin_unlock(&b->lock);
        if (user_memory->fault_in(who->mm, word, 4, false))
            return -EFAULT;
    }
    if (value != expected) {
        spin_unlock(&b->lock);
        return -EAGAIN;
    }
    w->bucket = b;
    list_add_tail(&w->link, &b->waiters);
    spin_unlock(&b->lock);
    return 0;
}

s64 futex_wait(struct caller *who, u64 word, bool shared, u32 expected,
               u64 deadline, u32 bitset)
{
    struct futex_waiter w = {.bitset = bitset, .task = task_current()};
    int error;

    if (!bitset)
        return -EINVAL;
    error = futex_key(who, word, shared, &w.key);
    if (!error)
        error = futex_queue_if(who, &w, word, expected);
    return error ? error : futex_sleep(&w, deadline);
}

s64 futex_wake(struct caller *who, u64 word, bool shared, u32 count, u32 bitset)
{
    struct futex_waiter *w, *next;
    struct futex_bucket *b;
    struct memory_key key;
    s64 woken = 0;
    int error;

    if (!bitset)
        return -EINVAL;
    error = futex_key(who, word, shared, &key);
    if (error)
        return error;
    b = futex_bucket_of(&key);
    spin_lock(&b->lock);
    list_for_each_entry_safe (w, next, &b->waiters, link) {
        if (!futex_key_equal(&w->key, &key) || !(w->bitset & bitset))
            continue;
        if (futex_waiter_is_pi(w)) {
            woken = -EINVAL;
            break;
        }
        futex_wake_waiter(w);
        /* Linux wakes at least one, also for 0 and negative counts. */
        if (++woken >= max_t(s32, (s32)count, 1))
            break;
    }
    spin_unlock(&b->lock);
    return woken;
}

s64 futex_requeue(struct caller *who, u64 word, bool shared, u32 wake,
                  u32 requeue, u64 to, bool compare, u32 expected)
{
    struct futex_bucket *from_bucket, *to_bucket;
    struct memory_key from_key, to_key;
    struct futex_waiter *w, *next;
    s64 touched = 0;
    u32 value;
    int error;

    if ((s32)wake < 0 || (s32)requeue < 0)
        return -EINVAL;
    error = futex_key(who, word, shared, &from_key);
    if (!error)
        error = futex_key(who, to, shared, &to_key);
    if (error)
        return error;
    from_bucket = futex_bucket_of(&from_key);
    to_bucket = futex_bucket_of(&to_key);
again:
    futex_lock_two(from_bucket, to_bucket);
    if (compare) {
        if (futex_peek(word, &value)) {
            futex_unlock_two(from_bucket, to_bucket);
            if (user_memory->fault_in(who->mm, word, 4, false))
                return -EFAULT;
            goto again;
        }
        if (value != expected) {
            futex_unlock_two(from_bucket, to_bucket);
            return -EAGAIN;
        }
    }
    list_for_each_entry_safe (w, next, &from_bucket->waiters, link) {
        if (!futex_key_equal(&w->key, &from_key))
            continue;
        if (futex_waiter_is_pi(w)) {
            touched = -EINVAL;
            break;
        }
        if (touched >= (s64)wake + requeue)
            break;
        if (touched++ < wake) {
            futex_wake_waiter(w);
            continue;
        }
        w->key = to_key;
        if (from_bucket != to_bucket) {
            list_move_tail(&w->link, &to_bucket->waiters);
            __atomic_store_n(&w->bucket, to_bucket, __ATOMIC_RELEASE);
        }
    }
    futex_unlock_two(from_bucket, to_bucket);
    return touched;
}

/* FUTEX_WAKE_OP's encoding: op, cmp, oparg, cmparg in 4, 4, 12, 12 bits. */
static int change_word(u64 word, u32 code, u32 *old)
{
    static const enum arch_user_op ops[] = {USER_SET, USER_ADD, USER_OR,
                                            USER_ANDN, USER_XOR};
    u32 op = code >> 28 & 7;
    s32 operand = (s32)(code << 8) >> 20;
    int error;

    if (code >> 28 & 8)
        operand = 1 << (operand & 31);
    if (op >= ARRAY_SIZE(ops))
        return -ENOSYS;
    arch_fault_disable();
    error = arch_user_atomic32(word, ops[op], operand, old);
    arch_fault_enable();
    return error;
}

static int compare_word(u32 code, u32 old)
{
    s32 argument = (s32)(code << 20) >> 20, value = (s32)old;

    switch (code >> 24 & 15) {
    case 0:
        return value == argument;
    case 1:
        return value != argument;
    case 2:
        return value < argument;
    case 3:
        return value <= argument;
    case 4:
        return value > argument;
    case 5:
        return value >= argument;
    default:
        return -ENOSYS;
    }
}

static int wake_matching(struct futex_bucket *b, const struct memory_key *key,
                         u32 count)
{
    struct futex_waiter *w, *next;
    s32 woken = 0;

    list_for_each_entry_safe (w, next, &b->waiters, link) {
        if (!futex_key_equal(&w->key, key))
            continue;
        if (futex_waiter_is_pi(w))
            return -EINVAL;
        futex_wake_waiter(w);
        if (++woken >= (s32)count)
            break;
    }
    return woken;
}

s64 futex_wake_op(struct caller *who, u64 word, bool shared, u32 wake,
                  u32 wake2, u64 word2, u32 op)
{
    struct futex_bucket *b1, *b2;
    struct memory_key key1, key2;
    u32 old;
    int error, result, more;

    error = futex_key(who, word, shared, &key1);
    if (!error)
        error = futex_key(who, word2, shared, &key2);
    if (error)
        return error;
    b1 = futex_bucket_of(&key1);
    b2 = futex_bucket_of(&key2);
    for (;;) {
        futex_lock_two(b1, b2);
        error = change_word(word2, op, &old);
        if (!error)
            break;
        futex_unlock_two(b1, b2);
        if (error != -EFAULT)
            return error;
        if (futex_fault_in(who, word2))
            return -EFAULT;
    }
    result = wake_matching(b1, &key1, wake);
    if (result >= 0) {
        more = compare_word(op, old);
        if (more > 0)
            more = wake_matching(b2, &key2, wake2);
        result = more < 0 ? more : result + more;
    }
    futex_unlock_two(b1, b2);
    return result;
}

s64 futex_wait_many(struct caller *who, const struct futex_wait_one *all,
                    u32 count, u64 deadline)
{
    struct futex_waiter *w =
        kmalloc_array(count, sizeof(*w), ALLOC_KERNEL | ALLOC_ZERO);
    struct task *t = task_current();
    u32 queued = 0;
    s64 result = 0, woken = -1;

    if (!w)
        return -ENOMEM;
    for (; queued < count; queued++) {
        w[queued].task = t;
        w[queued].bitset = FUTEX_BITSET_ALL;
        result = futex_key(who, all[queued].word, all[queued].shared,
                           &w[queued].key);
        if (!result)
            result = futex_queue_if(who, &w[queued], all[queued].word,
                                    all[queued].expected);
        if (result)
            break;
    }
    while (!result && woken < 0) {
        thread_set_state(THREAD_INTERRUPTIBLE);
        for (u32 i = 0; i < count && woken < 0; i++) {
            if (!still_queued(&w[i]))
                woken = i;
        }
        if (woken >= 0)
            break;
        if (signal_is_pending(t))
            result = -ERESTARTSYS;
        else if (deadline != WAIT_FOREVER && time_monotonic() >= deadline)
            result = -ETIMEDOUT;
        else if (deadline == WAIT_FOREVER)
            schedule();
        else
            schedule_until(deadline);
    }
    thread_set_state(THREAD_RUNNING);
    /* A wake-up that came meanwhile must not be lost. */
    for (u32 i = 0; i < queued; i++) {
        if (unqueue(&w[i]) && woken < 0)
            woken = i;
    }
    kfree(w);
    return woken >= 0 ? woken : result;
}

void futex_wake_word(struct task *t, u64 word, u32 count)
{
    futex_wake(&t->caller, word, true, count, FUTEX_BITSET_ALL);
    /* A private waiter has another key when the memory is shared. */
    futex_wake(&t->caller, word, false, count, FUTEX_BITSET_ALL);
}

/* ---------------------------------------------------------- robust lists -- */

#define ROBUST_LIST_LIMIT 2048

/* Mark a word whose owner is `t` as such; wake one waiter. */
static void robust_death(struct task *t, u64 word, bool pi, bool pending)
{
    u32 tid = pid_number(t->pids[PID_TASK], task_pid_ns(t));
    u32 value, old;

    if (word & 3 || user_read32(t->mm, word, &value))
        return;
    /* It was between unlocking and waking (futex_exit.c of Linux). */
    if (pending && !pi && !value) {
        futex_wake(&t->caller, word, true, 1, FUTEX_BITSET_ALL);
        return;
    }
    while ((value & FUTEX_TID_MASK) == tid) {
        u32 desired = (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED;

        if (arch_user_cmpxchg32(word, value, desired, &old))
            return;
        if (old == value) {
            if (!pi && value & FUTEX_WAITERS)
                futex_wake_word(t, word, 1);
            return;
        }
        value = old;
    }
}

void futex_exit_robust(struct task *t)
{
    struct {
        u64 next;
        s64 offset;
        u64 pending;
    } head;
    u64 entry, next;
    u32 limit = ROBUST_LIST_LIMIT;

    if (user_read(t->mm, &head, t->robust_list, sizeof(head)))
        return;
    for (entry = head.next; (entry & ~1ULL) != t->robust_list && limit--;
         entry = next) {
        bool failed = user_read64(t->mm, entry & ~1ULL, &next);

        if ((entry & ~1ULL) != (head.pending & ~1ULL))
            robust_death(t, (entry & ~1ULL) + head.offset, entry & 1, false);
        if (failed)
            break;
        cond_resched();
    }
    if (head.pending)
        robust_death(t, (head.pending & ~1ULL) + head.offset, head.pending & 1,
                     true);
    t->robust_list = 0;
}
