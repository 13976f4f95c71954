/*
 * The dentry cache: see dentry.h for the rules.
 */
#include "fs/dentry.h"

#include "core/init.h"
#include "core/log.h"
#include "core/page.h"
#include "core/random.h"
#include "core/slab.h"
#include "fs/inode.h"
#include "fs/super.h"
#include "fs/watch.h"
#include "lib/hash.h"
#include "lib/printf.h"
#include "lib/string.h"

#define BUCKET_LOCKS 256
#define REFS_DEAD    (INT_MIN / 2)

seqcount_t dcache_seq;
static spinlock_t dcache_lock = SPINLOCK_INIT("dcache_seq");

static struct slab_cache *dentry_cache;
static struct hlist_head *buckets;
static u32 bucket_bits;
static spinlock_t bucket_locks[BUCKET_LOCKS];
static u64 hash_secret[2];

void dcache_write_lock(void)
{
    spin_lock(&dcache_lock);
    seq_write_begin(&dcache_seq);
}

void dcache_write_unlock(void)
{
    seq_write_end(&dcache_seq);
    spin_unlock(&dcache_lock);
}

/* ------------------------------------------------------------- hashing -- */

static inline u64 mix(u64 a, u64 b)
{
    unsigned __int128 product = (unsigned __int128)a * b;

    return (u64)product ^ (u64)(product >> 64);
}

static inline u64 load64(const char *p)
{
    u64 v;

    __builtin_memcpy(&v, p, 8);
    return v;
}

static inline u64 load32(const char *p)
{
    u32 v;

    __builtin_memcpy(&v, p, 4);
    return v;
}

/* A keyed multiply-and-fold hash: names are chosen by users, the key is not
 * known to them. */
u32 dentry_hash(const char *text, u32 length)
{
    u64 h = hash_secret[0] ^ length;
    u32 n = length;

    while (n > 8) {
        h = mix(h ^ load64(text), hash_secret[1]);
        text += 8;
        n -= 8;
    }
    if (n >= 4) {
        h ^= load32(text) | load32(text + n - 4) << 32;
    } else if (n) {
        h ^= (u64)(u8)text[0] | (u64)(u8)text[n >> 1] << 8 |
             (u64)(u8)text[n - 1] << 16;
    }
    h = mix(h, hash_secret[1]);
    return (u32)(h ^ h >> 32);
}

static inline u32 bucket_of(const struct dentry *parent, u32 hash)
{
    return (u32)hash_64((u64)(uintptr_t)parent + ((u64)hash << 32 | hash),
                        bucket_bits);
}

static inline spinlock_t *bucket_lock(u32 bucket)
{
    return &bucket_locks[bucket % BUCKET_LOCKS];
}

static inline void flags_set(struct dentry *d, u32 flags)
{
    __atomic_fetch_or(&d->flags, flags, __ATOMIC_RELEASE);
}

static inline u32 flags_clear(struct dentry *d, u32 flags)
{
    return __atomic_fetch_and(&d->flags, ~flags, __ATOMIC_RELEASE);
}

static void hash_insert(struct dentry *d)
{
    u32 bucket = bucket_of(d->parent, d->name->hash);

    spin_lock(bucket_lock(bucket));
    flags_set(d, DENTRY_HASHED);
    hlist_add_head(&d->hash, &buckets[bucket]);
    spin_unlock(bucket_lock(bucket));
}

static void hash_remove(struct dentry *d)
{
    u32 bucket = bucket_of(d->parent, d->name->hash);

    spin_lock(bucket_lock(bucket));
    if (flags_clear(d, DENTRY_HASHED) & DENTRY_HASHED)
        hlist_del_rcu(&d->hash);
    spin_unlock(bucket_lock(bucket));
}

struct dentry *dentry_find_rcu(const struct dentry *parent,
                               const struct name_part *name)
{
    struct dentry *d;

    hlist_for_each_entry_rcu(d, &buckets[bucket_of(parent, name->hash)], hash)
    {
        const struct dentry_name *have;

        if (READ_ONCE(d->parent) != parent)
            continue;
        have = rcu_dereference(d->name);
        if (have->hash != name->hash || have->length != name->length)
            continue;
        if (memcmp(have->text, name->text, name->length) == 0)
            return d;
    }
    return NULL;
}

struct dentry *dentry_find(struct dentry *parent, const struct name_part *name)
{
    struct dentry *d;
    u32 seq;

    do {
        seq = seq_begin(&dcache_seq);
        rcu_read_lock();
        d = dentry_find_rcu(parent, name);
        if (d && !dentry_get_unless_dead(d))
            d = NULL;
        rcu_read_unlock();
        if (d) {
            /* It may have moved or gone between look-up and reference. */
            if (likely(!seq_retry(&dcache_seq, seq)) && !dentry_unhashed(d))
                return d;
            dentry_put(d);
            continue;
        }
    } while (seq_retry(&dcache_seq, seq));
    return NULL;
}

/* ------------------------------------------------------- life of a dentry */

static void name_free_rcu(struct rcu_head *head)
{
    kfree(container_of(head, struct dentry_name, rcu));
}

struct dentry_name *dentry_name_alloc(const struct dentry_name *from)
{
    struct dentry_name *name =
        kmalloc(sizeof(*name) + from->length + 1, ALLOC_KERNEL);

    if (!name)
        return NULL;
    name->hash = from->hash;
    name->length = from->length;
    memcpy(name->text, from->text, from->length + 1);
    return name;
}

void dentry_name_free(struct dentry_name *name)
{
    kfree(name);
}

static void dentry_drop_name(struct dentry *d, struct dentry_name *name)
{
    if (name != &d->inline_name)
        call_rcu(&name->rcu, name_free_rcu);
}

static struct dentry *dentry_new(struct super_block *sb, const char *text,
                                 u32 length, u32 hash)
{
    struct dentry *d = slab_alloc(dentry_cache, ALLOC_KERNEL);

    if (!d)
        return NULL;
    memset(d, 0, offsetof(struct dentry, inline_name));
    d->name = &d->inline_name;
    if (length >= DENTRY_INLINE_NAME) {
        d->name = kmalloc(sizeof(*d->name) + length + 1, ALLOC_KERNEL);
        if (!d->name) {
            slab_free(dentry_cache, d);
            return NULL;
        }
    }
    d->name->hash = hash;
    d->name->length = length;
    memcpy(d->name->text, text, length);
    d->name->text[length] = 0;
    d->sb = sb;
    d->parent = d;
    atomic_set(&d->refs, 1);
    spin_init(&d->lock, "dentry");
    INIT_LIST_HEAD(&d->children);
    INIT_LIST_HEAD(&d->sibling.link);
    INIT_LIST_HEAD(&d->lru);
    return d;
}

struct dentry *dentry_alloc(struct dentry *parent, struct name_part name)
{
    struct dentry *d =
        dentry_new(parent->sb, name.text, name.length, name.hash);

    if (d)
        d->parent = dentry_get(parent);
    return d;
}

struct dentry *dentry_alloc_root(struct inode *root)
{
    struct dentry *d = dentry_new(root->sb, "/", 1, dentry_hash("/", 1));

    if (!d) {
        inode_put(root);
        return NULL;
    }
    d->inode = root;
    d->flags = DENTRY_ROOT;
    return d;
}

struct dentry *dentry_alloc_unnamed(struct super_block *sb, const char *name,
                                    struct inode *inode)
{
    u32 length = (u32)strlen(name);
    struct dentry *d = dentry_new(sb, name, length, 0);

    if (!d) {
        inode_put(inode);
        return NULL;
    }
    d->inode = inode;
    d->flags = DENTRY_DELETED;
    return d;
}

struct dentry *dentry_alloc_tmpfile(struct dentry *dir, struct inode *inode)
{
    char name[24];
    struct dentry *d;
    int n = snprintf(name, sizeof(name), "#%lu", inode->ino);

    d = dentry_new(dir->sb, name, (u32)n, 0);
    if (!d) {
        inode_put(inode);
        return NULL;
    }
    d->parent = dentry_get(dir);
    d->inode = inode;
    d->flags = DENTRY_DELETED;
    return d;
}

bool dentry_get_unless_dead(struct dentry *d)
{
    int refs = atomic_load(&d->refs);

    do {
        if (refs < 0)
            return false;
    } while (!atomic_try_cmpxchg_acquire(&d->refs, &refs, refs + 1));
    return true;
}

static void dentry_free_rcu(struct rcu_head *head)
{
    struct dentry *d = container_of(head, struct dentry, rcu);

    if (d->name != &d->inline_name)
        kfree(d->name);
    slab_free(dentry_cache, d);
}

static void sibling_remove(struct dentry *d)
{
    struct dentry *parent = d->parent;

    if (list_empty(&d->sibling.link))
        return;
    spin_lock(&parent->lock);
    list_del_init(&d->sibling.link);
    spin_unlock(&parent->lock);
}

static void sibling_add(struct dentry *d)
{
    struct dentry *parent = d->parent;

    spin_lock(&parent->lock);
    list_add(&d->sibling.link, &parent->children);
    spin_unlock(&parent->lock);
}

/* Free a claimed dentry; returns its parent, whose reference is now ours. */
static struct dentry *dentry_kill(struct dentry *d)
{
    struct dentry *parent = d->parent == d ? NULL : d->parent;
    struct inode *inode = d->inode;

    flags_set(d, DENTRY_DEAD);
    if (!dentry_unhashed(d))
        hash_remove(d);
    if (parent)
        sibling_remove(d);
    spin_lock(&d->sb->lru_lock);
    if (!list_empty(&d->lru))
        list_del_init(&d->lru);
    spin_unlock(&d->sb->lru_lock);
    if (inode) {
        if (unlikely(atomic_load(&watch_count)) && inode->nlink == 0)
            watch_inode_gone(inode);
        /* d->inode stays: lockless walks that stand here still read it; both
         * are freed after a grace period only. */
        inode_put(inode);
    }
    call_rcu(&d->rcu, dentry_free_rcu);
    return parent;
}

static bool dentry_claim(struct dentry *d)
{
    int zero = 0;

    return atomic_try_cmpxchg(&d->refs, &zero, REFS_DEAD);
}

static void lru_add(struct dentry *d)
{
    if (!list_empty(&d->lru)) {
        flags_set(d, DENTRY_REFERENCED);
        return;
    }
    spin_lock(&d->sb->lru_lock);
    /* A claimer takes it off the list after it has claimed it. */
    if (atomic_load(&d->refs) >= 0 && list_empty(&d->lru))
        list_add(&d->lru, &d->sb->lru);
    spin_unlock(&d->sb->lru_lock);
}

void dentry_put(struct dentry *d)
{
    while (d) {
        u32 flags;

        rcu_read_lock();
        if (likely(atomic_sub_return(1, &d->refs) != 0)) {
            rcu_read_unlock();
            return;
        }
        flags = READ_ONCE(d->flags);
        if ((flags & DENTRY_HASHED) && !(flags & DENTRY_NO_CACHE)) {
            lru_add(d);
            rcu_read_unlock();
            return;
        }
        if (!dentry_claim(d)) {
            rcu_read_unlock();
            return;
        }
        rcu_read_unlock();
        d = dentry_kill(d);
    }
}

/* ----------------------------------------------------------- the tree -- */

void dentry_instantiate(struct dentry *d, struct inode *inode)
{
    bool complete = d->sb->flags & SUPER_COMPLETE;

    if (inode) {
        smp_store_release(&d->inode, inode);
        if (complete) {
            flags_set(d, DENTRY_PINNED);
            dentry_get(d);
        }
    } else if (complete) {
        return;
    }
    if (dentry_unhashed(d)) {
        sibling_add(d);
        hash_insert(d);
    }
}

void dentry_unhash(struct dentry *d)
{
    if (!dentry_unhashed(d))
        hash_remove(d);
    if (d->parent != d)
        sibling_remove(d);
    if (flags_clear(d, DENTRY_PINNED) & DENTRY_PINNED)
        dentry_put(d);
}

void dentry_unlink(struct dentry *d)
{
    flags_set(d, DENTRY_DELETED);
    dentry_unhash(d);
}

void dentry_move(struct dentry *d, struct dentry *target,
                 struct dentry_name *name, struct dentry_name *other)
{
    struct dentry *old_parent = d->parent, *new_parent = target->parent;
    struct dentry_name *old_name = d->name, *old_target_name = target->name;
    bool pinned = false;

    dcache_write_lock();
    hash_remove(d);
    if (!dentry_unhashed(target))
        hash_remove(target);
    sibling_remove(d);
    sibling_remove(target);

    if (new_parent != old_parent)
        dentry_get(new_parent);
    WRITE_ONCE(d->parent, new_parent);
    rcu_assign_pointer(d->name, name);
    if (other) {
        if (new_parent != old_parent)
            dentry_get(old_parent);
        WRITE_ONCE(target->parent, old_parent);
        rcu_assign_pointer(target->name, other);
        sibling_add(target);
        hash_insert(target);
    } else {
        flags_set(target, DENTRY_DELETED);
        pinned = flags_clear(target, DENTRY_PINNED) & DENTRY_PINNED;
    }
    sibling_add(d);
    hash_insert(d);
    dcache_write_unlock();

    dentry_drop_name(d, old_name);
    if (other)
        dentry_drop_name(target, old_target_name);
    if (pinned)
        dentry_put(target);
    if (new_parent != old_parent) {
        dentry_put(old_parent);
        if (other)
            dentry_put(new_parent);
    }
}

bool dentry_is_ancestor(struct dentry *ancestor, struct dentry *d)
{
    bool found = false;

    rcu_read_lock();
    for (;;) {
        struct dentry *parent;

        if (d == ancestor) {
            found = true;
            break;
        }
        parent = READ_ONCE(d->parent);
        if (parent == d)
            break;
        d = parent;
    }
    rcu_read_unlock();
    return found;
}

static struct dentry *first_child(struct dentry *d)
{
    struct dentry_link *entry;
    struct dentry *child = NULL;

    spin_lock(&d->lock);
    list_for_each_entry (entry, &d->children, link) {
        struct dentry *c;

        if (entry->cursor)
            continue;
        c = container_of(entry, struct dentry, sibling);
        if (dentry_get_unless_dead(c)) {
            child = c;
            break;
        }
    }
    if (child)
        list_del_init(&child->sibling.link);
    spin_unlock(&d->lock);
    return child;
}

void dentry_prune(struct dentry *root)
{
    struct dentry *d = root;

    /* Depth first, without recursion: a child keeps its parent alive. */
    for (;;) {
        struct dentry *child = first_child(d);

        if (child) {
            d = child;
            continue;
        }
        if (d == root)
            break;
        child = d;
        d = child->parent;
        dentry_unhash(child);
        dentry_put(child);
    }
}

void dentry_destroy_tree(struct dentry *root)
{
    dentry_prune(root);
    dentry_put(root);
}

/* ------------------------------------------------------------ shrinking -- */

/* Free up to `wanted` unused dentries of sb; returns how many. */
static u64 super_shrink(struct super_block *sb, u64 wanted)
{
    u64 freed = 0, scanned = 0, limit = wanted * 4 + 64;

    while (freed < wanted && scanned++ < limit) {
        struct dentry *d, *parent;

        spin_lock(&sb->lru_lock);
        if (list_empty(&sb->lru)) {
            spin_unlock(&sb->lru_lock);
            break;
        }
        d = list_last_entry(&sb->lru, struct dentry, lru);
        if (flags_clear(d, DENTRY_REFERENCED) & DENTRY_REFERENCED) {
            list_move(&d->lru, &sb->lru);
            spin_unlock(&sb->lru_lock);
            continue;
        }
        list_del_init(&d->lru);
        if (!dentry_claim(d)) {
            spin_unlock(&sb->lru_lock);
            continue;
        }
        spin_unlock(&sb->lru_lock);
        parent = dentry_kill(d);
        dentry_put(parent);
        freed++;
    }
    return freed;
}

struct shrink_state {
    u64 wanted, freed;
};

static void shrink_one(void *ctx, struct super_block *sb)
{
    struct shrink_state *s = ctx;

    if (s->freed < s->wanted)
        s->freed += super_shrink(sb, s->wanted - s->freed);
}

u64 dentry_shrink(u64 wanted)
{
    struct shrink_state s = {.wanted = wanted};

    super_for_each(shrink_one, &s);
    return s.freed;
}

void dentry_cache_init(void)
{
    struct page_stats stats;
    u64 entries;

    page_stats_get(&stats);
    entries =
        clamp(rounddown_pow_of_two(stats.total / 8 | 1), 256UL, 1UL << 18);
    bucket_bits = ilog2(entries);
    buckets = kvzalloc(entries * sizeof(*buckets), ALLOC_NOFAIL);
    for (u32 i = 0; i < BUCKET_LOCKS; i++)
        spin_init(&bucket_locks[i], "dentry_bucket");
    random_bytes(hash_secret, sizeof(hash_secret));
    hash_secret[1] |= 1;
    dentry_cache = slab_cache_create("dentry", sizeof(struct dentry), 0);
}
