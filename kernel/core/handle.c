/*
 * Handle tables. A slot is one word: the grant's address and two flags. The
 * array of slots is replaced as a whole when it grows, so readers follow one
 * pointer under RCU. Free slots are found through a tree of bitmaps: a bit of
 * level 0 says that a slot is taken, a bit of level n that a whole word of
 * level n - 1 is full; so the lowest free slot costs a few words at any size.
 */
#include "core/object.h"

#include "core/caller.h"
#include "core/log.h"
#include "core/sched.h"
#include "core/slab.h"
#include "lib/bitmap.h"
#include "lib/errno.h"
#include "lib/string.h"

s32 handle_max = HANDLE_SLOTS_MAX;

#define SLOT_CLOEXEC  1UL
#define SLOT_RESERVED 2UL /* taken, nothing there yet */
#define SLOT_FLAGS    3UL

#define SLOTS_FIRST 32
#define LEVELS      4 /* 64^4 > HANDLE_SLOTS_MAX */

/* One block of memory: this, the bitmaps from the bottom up, the slots. */
struct slot_array {
    struct rcu_head rcu;
    u32 capacity;
    u32 levels;
    u32 bits[LEVELS];   /* of each level */
    u64 *taken[LEVELS]; /* into this block */
    u64 *slots;         /* into this block */
};

struct handle_table {
    refcount_t refs;
    spinlock_t lock;          /* guards slots and bitmaps */
    struct slot_array *array; /* replaced under lock, read under RCU */
    u32 used;
};

static inline struct grant *grant_of(u64 slot)
{
    return (struct grant *)(slot & ~SLOT_FLAGS);
}

/* ----------------------------------------------------------------- bitmaps */

static u32 words_of(u32 bits)
{
    return DIV_ROUND_UP(bits, 64u);
}

static struct slot_array *array_alloc(u32 capacity)
{
    u32 words[LEVELS], levels = 0, bits = capacity;
    size_t bytes = sizeof(struct slot_array);
    struct slot_array *a;
    u64 *at;

    do {
        words[levels] = words_of(bits);
        bytes += words[levels] * 8UL;
        bits = words[levels++];
    } while (bits > 1);
    bytes += capacity * 8UL;
    a = kvzalloc(bytes, 0);
    if (!a)
        return NULL;
    a->capacity = capacity;
    a->levels = levels;
    at = (u64 *)(a + 1);
    for (u32 i = 0; i < levels; i++) {
        a->taken[i] = at;
        at += words[i];
    }
    a->slots = at;
    /* What lies behind the end of a level is taken. */
    bits = capacity;
    for (u32 i = 0; i < levels; i++) {
        a->bits[i] = bits;
        if (bits % 64)
            a->taken[i][bits / 64] = ~0UL << (bits % 64);
        bits = words[i];
    }
    return a;
}

static void array_free(struct rcu_head *head)
{
    kvfree(container_of(head, struct slot_array, rcu));
}

static void bit_take(struct slot_array *a, u32 slot)
{
    for (u32 i = 0; i < a->levels; i++) {
        u64 *word = &a->taken[i][slot / 64];

        *word |= 1UL << (slot % 64);
        if (*word != ~0UL)
            return;
        slot /= 64;
    }
}

static void bit_release(struct slot_array *a, u32 slot)
{
    for (u32 i = 0; i < a->levels; i++) {
        u64 *word = &a->taken[i][slot / 64];
        bool was_full = *word == ~0UL;

        *word &= ~(1UL << (slot % 64));
        if (!was_full)
            return;
        slot /= 64;
    }
}

/* The lowest free slot >= from; the capacity when there is none. */
static u32 bit_find(const struct slot_array *a, u32 from)
{
    u32 level = 0, at = from;

    /* Up, until a word has a free bit at or behind `at`. */
    for (;; level++, at = at / 64 + 1) {
        u64 free;

        if (level == a->levels)
            return a->capacity;
        if (at >= a->bits[level])
            continue;
        free = ~a->taken[level][at / 64] & (~0UL << (at % 64));
        if (free) {
            at = (at & ~63u) + __ffs(free);
            break;
        }
    }
    /* Down, to the first free bit each time. */
    while (level > 0) {
        level--;
        at = at * 64 + __ffs(~a->taken[level][at]);
    }
    return at;
}

/* ------------------------------------------------------------------ tables */

static struct handle_table *table_alloc(u32 capacity)
{
    struct handle_table *t = kmalloc(sizeof(*t), 0);

    if (!t)
        return NULL;
    t->array = array_alloc(capacity);
    if (!t->array) {
        kfree(t);
        return NULL;
    }
    refcount_set(&t->refs, 1);
    spin_init(&t->lock, "handle_table");
    t->used = 0;
    return t;
}

struct handle_table *handle_table_create(void)
{
    struct handle_table *t = table_alloc(SLOTS_FIRST);

    return t ? t : ERR_PTR(-ENOMEM);
}

struct handle_table *handle_table_get(struct handle_table *t)
{
    refcount_inc(&t->refs);
    return t;
}

bool handle_table_is_shared(const struct handle_table *t)
{
    return refcount_read(&t->refs) > 1;
}

u32 handle_table_capacity(struct handle_table *t)
{
    u32 n;

    rcu_read_lock();
    n = rcu_dereference(t->array)->capacity;
    rcu_read_unlock();
    return n;
}

u32 handle_table_used(struct handle_table *t)
{
    return READ_ONCE(t->used);
}

/* A capacity that holds every slot below `limit` that is in use. Lock held. */
static u32 capacity_needed(const struct slot_array *a, u32 limit)
{
    u32 words = words_of(min(limit, a->capacity));

    while (words > 1 &&
           !memchr_inv(&a->slots[(words - 1) * 64], 0,
                       min(64u, a->capacity - (words - 1) * 64) * 8UL))
        words--;
    if (words <= 1)
        return min(a->capacity, 64u) <= SLOTS_FIRST ? SLOTS_FIRST : 64;
    return (u32)roundup_pow_of_two(words * 64UL);
}

/* Copies slots; both arrays are private or locked. */
static u32 slots_share(const struct slot_array *from, struct slot_array *to,
                       u32 limit)
{
    u32 end = min3(limit, from->capacity, to->capacity), n = 0;

    for (u32 i = 0; i < end; i++) {
        u64 slot = from->slots[i];

        if (!grant_of(slot))
            continue;
        grant_get(grant_of(slot));
        to->slots[i] = slot;
        bit_take(to, i);
        n++;
    }
    return n;
}

struct handle_table *handle_table_copy(struct handle_table *t, u32 limit)
{
    struct handle_table *copy = NULL;
    u32 wanted;

    for (;;) {
        spin_lock(&t->lock);
        wanted = capacity_needed(t->array, limit);
        if (copy && copy->array->capacity >= wanted)
            break;
        spin_unlock(&t->lock);
        if (copy) {
            kvfree(copy->array);
            kfree(copy);
        }
        copy = table_alloc(wanted);
        if (!copy)
            return ERR_PTR(-ENOMEM);
    }
    copy->used = slots_share(t->array, copy->array, limit);
    spin_unlock(&t->lock);
    return copy;
}

static int grant_close(struct grant *g, struct caller *who)
{
    struct object *obj = g->object;
    int error = 0;

    if (obj->ops->close_handle)
        error = obj->ops->close_handle(obj, who);
    else if (unlikely(READ_ONCE(object_locks_hook.count)))
        object_locks_hook.close_handle(who, obj);
    grant_put(g);
    return error;
}

void handle_table_put(struct handle_table *t, struct caller *who)
{
    struct slot_array *a;

    if (!t || !refcount_dec_and_test(&t->refs))
        return;
    a = t->array;
    for (u32 word = 0; word < words_of(a->capacity); word++) {
        if (!a->taken[0][word])
            continue;
        for (u32 i = word * 64; i < min(word * 64 + 64, a->capacity); i++)
            if (grant_of(a->slots[i]))
                grant_close(grant_of(a->slots[i]), who);
        cond_resched();
    }
    call_rcu(&a->rcu, array_free);
    kfree(t);
}

/* Lock held, is dropped meanwhile. -EMFILE, -ENOMEM. */
static int table_grow(struct handle_table *t, u32 needed)
{
    struct slot_array *old, *bigger;
    u32 capacity;

    if (needed > HANDLE_SLOTS_MAX)
        return -EMFILE;
    capacity = (u32)max(roundup_pow_of_two(needed), 64UL);
    spin_unlock(&t->lock);
    bigger = array_alloc(capacity);
    spin_lock(&t->lock);
    old = t->array;
    if (old->capacity >= needed) {
        if (bigger)
            kvfree(bigger);
        return 0;
    }
    if (!bigger)
        return -ENOMEM;
    memcpy(bigger->slots, old->slots, old->capacity * 8UL);
    for (u32 i = 0; i < old->capacity; i++)
        if (old->slots[i])
            bit_take(bigger, i);
    rcu_assign_pointer(t->array, bigger);
    call_rcu(&old->rcu, array_free);
    return 0;
}

/* ----------------------------------------------------------------- look-up */

static int grant_check(const struct grant *g, u32 rights)
{
    return unlikely(grant_is_revoked(g) || (g->rights & rights) != rights)
               ? -EBADF
               : 0;
}

static struct grant *lookup_counted(struct handle_table *t, u32 fd)
{
    struct grant *g = NULL;

    rcu_read_lock();
    for (;;) {
        struct slot_array *a = rcu_dereference(t->array);
        u64 *slot;

        g = NULL;
        if (fd >= a->capacity)
            break;
        slot = &a->slots[fd];
        g = grant_of(smp_load_acquire(slot));
        if (!g)
            break;
        if (!refcount_inc_not_zero(&g->refs))
            continue; /* closed this moment: look again */
        /* It may have been freed and used anew before it was counted. */
        if (likely(grant_of(smp_load_acquire(slot)) == g))
            break;
        rcu_read_unlock();
        grant_put(g);
        rcu_read_lock();
    }
    rcu_read_unlock();
    return g;
}

int handle_get(struct caller *who, int fd, u32 rights, struct handle_ref *ref)
{
    struct handle_table *t = who->handles;
    struct grant *g;
    int error;

    /* Nobody but this thread can close a slot of a table that is its own: the
     * slot's reference lasts as long as the call. */
    if (likely(refcount_read(&t->refs) == 1)) {
        struct slot_array *a = READ_ONCE(t->array);

        if (unlikely((u32)fd >= a->capacity))
            return -EBADF;
        g = grant_of(a->slots[fd]);
        if (unlikely(!g))
            return -EBADF;
        ref->counted = false;
        error = grant_check(g, rights);
        if (unlikely(error))
            return error;
    } else {
        g = lookup_counted(t, (u32)fd);
        if (!g)
            return -EBADF;
        ref->counted = true;
        error = grant_check(g, rights);
        if (unlikely(error)) {
            grant_put(g);
            return error;
        }
    }
    ref->grant = g;
    ref->object = g->object;
    return 0;
}

struct grant *handle_get_grant(struct caller *who, int fd, u32 rights)
{
    struct grant *g = lookup_counted(who->handles, (u32)fd);
    int error;

    if (!g)
        return ERR_PTR(-EBADF);
    error = grant_check(g, rights);
    if (error) {
        grant_put(g);
        return ERR_PTR(error);
    }
    return g;
}

struct grant *handle_table_get_grant(struct handle_table *t, int fd)
{
    struct grant *g = lookup_counted(t, (u32)fd);

    return g ? g : ERR_PTR(-EBADF);
}

int handle_next(struct handle_table *t, u32 fd, struct grant **g, u32 *flags)
{
    int found = -ENOENT;

    spin_lock(&t->lock);
    for (; fd < t->array->capacity; fd++) {
        u64 slot = t->array->slots[fd];

        if (fd % 64 == 0 && !t->array->taken[0][fd / 64]) {
            fd += 63;
            continue;
        }
        if (!grant_of(slot))
            continue;
        *g = grant_get(grant_of(slot));
        *flags = slot & SLOT_CLOEXEC ? HANDLE_CLOEXEC : 0;
        found = (int)fd;
        break;
    }
    spin_unlock(&t->lock);
    return found;
}

/* ------------------------------------------------------------ slots by hand */

static u32 limit_of(const struct caller *who)
{
    return (u32)min(who->limit_nofile, (u64)READ_ONCE(handle_max));
}

/* Lock held: the lowest free slot >= from, now taken with `value` in it. */
static int slot_take(struct handle_table *t, u32 from, u32 limit, u64 value)
{
    for (;;) {
        u32 fd = bit_find(t->array, from);
        int error;

        if (fd >= limit)
            return -EMFILE;
        if (fd < t->array->capacity) {
            bit_take(t->array, fd);
            smp_store_release(&t->array->slots[fd], value);
            t->used++;
            return (int)fd;
        }
        error = table_grow(t, max(from, t->array->capacity) + 1);
        if (error)
            return error;
    }
}

/* Lock held. */
static void slot_free(struct handle_table *t, u32 fd)
{
    smp_store_release(&t->array->slots[fd], 0);
    bit_release(t->array, fd);
    t->used--;
}

int handle_reserve(struct caller *who, int from, u32 slot_flags)
{
    struct handle_table *t = who->handles;
    u64 value = SLOT_RESERVED;
    int fd;

    if (from < 0)
        return -EINVAL;
    if (slot_flags & HANDLE_CLOEXEC)
        value |= SLOT_CLOEXEC;
    spin_lock(&t->lock);
    fd = slot_take(t, (u32)from, limit_of(who), value);
    spin_unlock(&t->lock);
    return fd;
}

void handle_install(struct caller *who, int fd, struct grant *g)
{
    struct handle_table *t = who->handles;
    u64 *slot;

    spin_lock(&t->lock);
    slot = &t->array->slots[fd];
    BUG_ON(!(*slot & SLOT_RESERVED));
    smp_store_release(slot, (u64)g | (*slot & SLOT_CLOEXEC));
    spin_unlock(&t->lock);
}

void handle_unreserve(struct caller *who, int fd)
{
    struct handle_table *t = who->handles;

    spin_lock(&t->lock);
    BUG_ON(!(t->array->slots[fd] & SLOT_RESERVED));
    slot_free(t, (u32)fd);
    spin_unlock(&t->lock);
}

int handle_add(struct caller *who, struct grant *g, u32 slot_flags)
{
    struct handle_table *t = who->handles;
    u64 value = (u64)g | (slot_flags & HANDLE_CLOEXEC ? SLOT_CLOEXEC : 0);
    int fd;

    spin_lock(&t->lock);
    fd = slot_take(t, 0, limit_of(who), value);
    spin_unlock(&t->lock);
    if (fd < 0)
        grant_put(g);
    return fd;
}

int handle_replace(struct caller *who, int fd, struct grant *g, u32 slot_flags)
{
    struct handle_table *t = who->handles;
    struct grant *old = NULL;
    int result = -EBADF;
    u64 slot;

    if (fd < 0 || (u32)fd >= limit_of(who))
        goto out_put;
    spin_lock(&t->lock);
    if ((u32)fd >= t->array->capacity) {
        result = table_grow(t, (u32)fd + 1);
        if (result) {
            spin_unlock(&t->lock);
            if (result == -EMFILE)
                result = -EBADF;
            goto out_put;
        }
    }
    slot = t->array->slots[fd];
    if (slot & SLOT_RESERVED) {
        spin_unlock(&t->lock);
        result = -EBUSY;
        goto out_put;
    }
    old = grant_of(slot);
    if (!old) {
        bit_take(t->array, (u32)fd);
        t->used++;
    }
    smp_store_release(&t->array->slots[fd],
                      (u64)g |
                          (slot_flags & HANDLE_CLOEXEC ? SLOT_CLOEXEC : 0));
    spin_unlock(&t->lock);
    if (old)
        grant_close(old, who);
    return fd;

out_put:
    grant_put(g);
    return result;
}

int handle_close(struct caller *who, int fd)
{
    struct handle_table *t = who->handles;
    struct grant *g = NULL;

    spin_lock(&t->lock);
    if ((u32)fd < t->array->capacity) {
        g = grant_of(t->array->slots[fd]);
        if (g)
            slot_free(t, (u32)fd);
    }
    spin_unlock(&t->lock);
    return g ? grant_close(g, who) : -EBADF;
}

/* The first used slot in [fd, last]; with its word, -1: none. Lock held. */
static s64 next_used(const struct slot_array *a, u64 fd, u64 last)
{
    for (; fd <= last && fd < a->capacity; fd++) {
        if (fd % 64 == 0 && !a->taken[0][fd / 64]) {
            fd += 63;
            continue;
        }
        if (grant_of(a->slots[fd]))
            return (s64)fd;
    }
    return -1;
}

void handle_close_range(struct caller *who, u32 first, u32 last, bool cloexec)
{
    struct handle_table *t = who->handles;
    s64 fd = first;

    for (;;) {
        struct grant *g = NULL;

        spin_lock(&t->lock);
        fd = next_used(t->array, (u64)fd, last);
        if (fd >= 0 && cloexec) {
            t->array->slots[fd] |= SLOT_CLOEXEC;
        } else if (fd >= 0) {
            g = grant_of(t->array->slots[fd]);
            slot_free(t, (u32)fd);
        }
        spin_unlock(&t->lock);
        if (fd < 0)
            return;
        if (g)
            grant_close(g, who);
        cond_resched();
        fd++;
    }
}

void handle_close_on_exec(struct caller *who)
{
    struct handle_table *t = who->handles;
    s64 fd = 0;

    for (;;) {
        struct grant *g = NULL;

        spin_lock(&t->lock);
        while ((fd = next_used(t->array, (u64)fd, ~0u)) >= 0) {
            if (t->array->slots[fd] & SLOT_CLOEXEC) {
                g = grant_of(t->array->slots[fd]);
                slot_free(t, (u32)fd);
                break;
            }
            fd++;
        }
        spin_unlock(&t->lock);
        if (!g)
            return;
        grant_close(g, who);
        fd++;
    }
}

int handle_get_slot_flags(struct caller *who, int fd)
{
    struct handle_table *t = who->handles;
    int result = -EBADF;

    spin_lock(&t->lock);
    if ((u32)fd < t->array->capacity && grant_of(t->array->slots[fd]))
        result = t->array->slots[fd] & SLOT_CLOEXEC ? HANDLE_CLOEXEC : 0;
    spin_unlock(&t->lock);
    return result;
}

int handle_set_slot_flags(struct caller *who, int fd, u32 slot_flags)
{
    struct handle_table *t = who->handles;
    int result = -EBADF;

    spin_lock(&t->lock);
    if ((u32)fd < t->array->capacity && grant_of(t->array->slots[fd])) {
        u64 slot = t->array->slots[fd] & ~SLOT_CLOEXEC;

        t->array->slots[fd] =
            slot | (slot_flags & HANDLE_CLOEXEC ? SLOT_CLOEXEC : 0);
        result = 0;
    }
    spin_unlock(&t->lock);
    return result;
}
