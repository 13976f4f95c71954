#include "proc/user_account.h"

#include "core/lock.h"
#include "core/slab.h"

#define BUCKETS 64

static struct hlist_head buckets[BUCKETS];
/* Irq-safe: signals are queued and dropped in interrupt context. */
static spinlock_t user_account_lock = SPINLOCK_INIT("user_account");

struct user_account user_account_root = {.refs = REFCOUNT_INIT(1)};

static struct user_account *find_locked(kuid_t uid)
{
    struct user_account *u;

    hlist_for_each_entry(u, &buckets[uid.value % BUCKETS], link)
    {
        if (kuid_equal(u->uid, uid))
            return user_account_get(u);
    }
    return NULL;
}

struct user_account *user_account_find(kuid_t uid)
{
    struct user_account *u, *fresh;
    unsigned long flags;

    if (uid.value == 0)
        return user_account_get(&user_account_root);
    flags = spin_lock_irqsave(&user_account_lock);
    u = find_locked(uid);
    spin_unlock_irqrestore(&user_account_lock, flags);
    if (u)
        return u;

    fresh = kzalloc(sizeof(*fresh), ALLOC_KERNEL);
    if (!fresh)
        return NULL;
    refcount_set(&fresh->refs, 1);
    fresh->uid = uid;
    flags = spin_lock_irqsave(&user_account_lock);
    u = find_locked(uid);
    if (!u)
        hlist_add_head(&fresh->link, &buckets[uid.value % BUCKETS]);
    spin_unlock_irqrestore(&user_account_lock, flags);
    if (u)
        kfree(fresh);
    return u ? u : fresh;
}

struct user_account *user_account_get(struct user_account *u)
{
    refcount_inc(&u->refs);
    return u;
}

void user_account_put(struct user_account *u)
{
    unsigned long flags;
    bool last;

    /* Only the last reference needs the table. */
    if (refcount_dec_not_one(&u->refs))
        return;
    flags = spin_lock_irqsave(&user_account_lock);
    last = refcount_dec_and_test(&u->refs);
    if (last)
        hlist_del(&u->link);
    spin_unlock_irqrestore(&user_account_lock, flags);
    if (last)
        kfree(u);
}
