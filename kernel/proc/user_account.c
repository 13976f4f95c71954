#include "proc/user_account.h"

#include "core/lock.h"
#include "core/slab.h"

#define BUCKETS 64

static struct hlist_head buckets[BUCKETS];
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

    if (uid.value == 0)
        return user_account_get(&user_account_root);
    spin_lock(&user_account_lock);
    u = find_locked(uid);
    spin_unlock(&user_account_lock);
    if (u)
        return u;

    fresh = kzalloc(sizeof(*fresh), ALLOC_KERNEL);
    if (!fresh)
        return NULL;
    refcount_set(&fresh->refs, 1);
    fresh->uid = uid;
    spin_lock(&user_account_lock);
    u = find_locked(uid);
    if (!u)
        hlist_add_head(&fresh->link, &buckets[uid.value % BUCKETS]);
    spin_unlock(&user_account_lock);
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
    spin_lock(&user_account_lock);
    if (!refcount_dec_and_test(&u->refs)) {
        spin_unlock(&user_account_lock);
        return;
    }
    hlist_del(&u->link);
    spin_unlock(&user_account_lock);
    kfree(u);
}
