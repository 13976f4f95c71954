/*
 * Objects and grants. Grants form trees: a child holds its parent, and is on
 * its list; both links change under grant_tree_lock only. A walk over the
 * descendants of a grant holds the one where it stands, so it can let go of the
 * lock between any two.
 */
#include "core/object.h"

#include "core/log.h"
#include "core/sched.h"
#include "core/slab.h"
#include "lib/errno.h"

static spinlock_t grant_tree_lock = SPINLOCK_INIT("grant_tree");
static struct slab_cache *grant_cache;
struct object_locks_hook object_locks_hook;

/* Those who wait for a use's callback to return; woken for each. */
static struct wait_queue use_over = WAIT_QUEUE_INIT(use_over);

void object_init_caches(void)
{
    grant_cache = slab_cache_create("grant", sizeof(struct grant), 0);
}

void object_init(struct object *obj, enum object_kind kind,
                 const struct object_ops *ops, u32 flags)
{
    refcount_set(&obj->refs, 1);
    atomic_store(&obj->flags, (int)flags);
    obj->kind = (u8)kind;
    obj->locked = false;
    obj->ops = ops;
}

s64 object_seek_nowhere(struct object *obj, s64 offset, int whence)
{
    (void)obj, (void)offset, (void)whence;
    return 0;
}

struct object *object_get(struct object *obj)
{
    refcount_inc(&obj->refs);
    return obj;
}

void object_put(struct object *obj)
{
    if (!refcount_dec_and_test(&obj->refs))
        return;
    if (unlikely(obj->locked))
        object_locks_hook.release(obj);
    obj->ops->release(obj);
}

/* ------------------------------------------------------------------ grants */

static struct grant *grant_new(struct object *obj, u32 rights)
{
    struct grant *g = slab_alloc(grant_cache, 0);

    if (!g)
        return NULL;
    refcount_set(&g->refs, 1);
    refcount_set(&g->memory, 1);
    g->rights = rights;
    g->depth = 0;
    atomic_store(&g->revoked, 0);
    g->object = obj;
    g->parent = NULL;
    INIT_LIST_HEAD(&g->children);
    INIT_LIST_HEAD(&g->sibling);
    spin_init(&g->lock, "grant");
    INIT_LIST_HEAD(&g->uses);
    INIT_LIST_HEAD(&g->running);
    return g;
}

struct grant *grant_create(struct object *obj, u32 rights)
{
    struct grant *g = grant_new(obj, rights);

    if (!g) {
        object_put(obj);
        return ERR_PTR(-ENOMEM);
    }
    return g;
}

struct grant *grant_get(struct grant *g)
{
    refcount_inc(&g->refs);
    return g;
}

static void grant_free(struct rcu_head *head)
{
    slab_free(grant_cache, container_of(head, struct grant, rcu));
}

static void grant_memory_put(struct grant *g)
{
    /* Handle look-ups may still be looking at it. */
    if (refcount_dec_and_test(&g->memory))
        call_rcu(&g->rcu, grant_free);
}

static void mark_revoked(struct grant *g);
static void run_uses(struct grant *g);

void grant_put(struct grant *g)
{
    /* The last reference to a child drops one of its parent's, and so on. */
    while (g && refcount_dec_and_test(&g->refs)) {
        struct grant *parent = g->parent;
        struct object *obj = g->object;

        if (parent) {
            spin_lock(&grant_tree_lock);
            list_del_init(&g->sibling);
            spin_unlock(&grant_tree_lock);
        }
        if (!list_empty(&g->uses)) {
            /* Only weak ones can be left. */
            mark_revoked(g);
            run_uses(g);
        }
        object_put(obj);
        grant_memory_put(g);
        g = parent;
    }
}

struct grant *grant_derive(struct grant *parent, u32 rights)
{
    struct grant *g;
    bool revoked;

    if (parent->depth == GRANT_DEPTH_MAX)
        return ERR_PTR(-EMLINK);
    g = grant_new(parent->object, rights & parent->rights);
    if (!g)
        return ERR_PTR(-ENOMEM);
    g->depth = parent->depth + 1;
    spin_lock(&grant_tree_lock);
    /* A revocation marks from the top down under this lock: a child that gets
     * on the list before its parent is marked will be found. */
    revoked = grant_is_revoked(parent);
    if (!revoked) {
        g->parent = grant_get(parent);
        object_get(parent->object);
        list_add(&g->sibling, &parent->children);
    }
    spin_unlock(&grant_tree_lock);
    if (revoked) {
        slab_free(grant_cache, g);
        return ERR_PTR(-EBADF);
    }
    return g;
}

/* -------------------------------------------------------------- revocation */

/* The next grant after `at` below `top`, parents first; lock held. Those that
 * are being freed are passed over: they have no uses and no children. */
static struct grant *next_in_tree(struct grant *top, struct grant *at)
{
    struct list_head *from = &at->children, *end = &at->children;

    for (;;) {
        struct list_head *link;

        for (link = from->next; link != end; link = link->next) {
            struct grant *g = list_entry(link, struct grant, sibling);

            if (refcount_inc_not_zero(&g->refs))
                return g;
        }
        if (at == top)
            return NULL;
        from = &at->sibling;
        end = &at->parent->children;
        at = at->parent;
    }
}

/* Calls fn for top and each descendant, none of them locked. */
static void for_each_below(struct grant *top, void (*fn)(struct grant *g))
{
    struct grant *at = grant_get(top);

    while (at) {
        struct grant *next;

        fn(at);
        spin_lock(&grant_tree_lock);
        next = next_in_tree(top, at);
        spin_unlock(&grant_tree_lock);
        grant_put(at);
        at = next;
    }
}

static void mark_revoked(struct grant *g)
{
    /* Under the tree's lock for grant_derive(), under the grant's for
     * grant_use_begin(). */
    spin_lock(&grant_tree_lock);
    spin_lock(&g->lock);
    atomic_store_release(&g->revoked, 1);
    spin_unlock(&g->lock);
    spin_unlock(&grant_tree_lock);
}

enum use_state {
    USE_NONE,
    USE_ACTIVE,
    USE_RUNNING, /* its callback is being called */
    USE_OVER,    /* its callback has returned */
};

/* On the revoker's stack while it calls a callback; on grant.running. */
struct use_call {
    struct list_head link;
    struct grant_use *use;
    struct thread *thread; /* the revoker */
    bool gone;             /* the callback ended the use itself */
};

static bool others_run(struct grant *g)
{
    struct use_call *c;
    bool found = false;

    spin_lock(&g->lock);
    list_for_each_entry (c, &g->running, link)
        found |= c->thread != thread_current();
    spin_unlock(&g->lock);
    return found;
}

static void run_uses(struct grant *g)
{
    spin_lock(&g->lock);
    while (!list_empty(&g->uses)) {
        struct grant_use *use =
            list_first_entry(&g->uses, struct grant_use, link);
        struct use_call call = {.use = use, .thread = thread_current()};

        list_del_init(&use->link);
        use->state = USE_RUNNING;
        list_add(&call.link, &g->running);
        spin_unlock(&g->lock);
        use->revoked(use);
        spin_lock(&g->lock);
        if (!call.gone)
            use->state = USE_OVER;
        list_del(&call.link);
        spin_unlock(&g->lock);
        wake_up_all(&use_over);
        spin_lock(&g->lock);
    }
    spin_unlock(&g->lock);
    /* What another revoker began. */
    wait_event(&use_over, !others_run(g));
}

void grant_revoke(struct grant *g)
{
    might_sleep();
    for_each_below(g, mark_revoked);
    for_each_below(g, run_uses);
}

/* -------------------------------------------------------------------- uses */

static int use_begin(struct grant_use *use, struct grant *g,
                     void (*revoked)(struct grant_use *use), bool weak)
{
    int error = -EBADF;

    INIT_LIST_HEAD(&use->link);
    use->revoked = revoked;
    use->state = USE_NONE;
    use->grant = NULL;
    spin_lock(&g->lock);
    if (!grant_is_revoked(g)) {
        use->grant = g;
        use->weak = weak;
        if (weak)
            refcount_inc(&g->memory);
        else
            grant_get(g);
        use->state = USE_ACTIVE;
        list_add(&use->link, &g->uses);
        error = 0;
    }
    spin_unlock(&g->lock);
    return error;
}

int grant_use_begin(struct grant_use *use, struct grant *g,
                    void (*revoked)(struct grant_use *use))
{
    return use_begin(use, g, revoked, false);
}

int grant_use_begin_weak(struct grant_use *use, struct grant *g,
                         void (*revoked)(struct grant_use *use))
{
    return use_begin(use, g, revoked, true);
}

static struct use_call *call_of(struct grant *g, const struct grant_use *use)
{
    struct use_call *c;

    list_for_each_entry (c, &g->running, link)
        if (c->use == use)
            return c;
    return NULL;
}

static bool call_is_over(struct grant *g, const struct grant_use *use)
{
    struct use_call *c;

    spin_lock(&g->lock);
    c = call_of(g, use);
    spin_unlock(&g->lock);
    return c == NULL;
}

bool grant_use_end(struct grant_use *use)
{
    struct grant *g = use->grant;
    struct use_call *c;
    bool was_revoked = true;

    if (!g)
        return false;
    spin_lock(&g->lock);
    if (use->state == USE_ACTIVE) {
        list_del_init(&use->link);
        was_revoked = false;
    }
    c = use->state == USE_RUNNING ? call_of(g, use) : NULL;
    if (c && c->thread == thread_current()) {
        /* From inside the callback: the revoker must not touch it again. */
        c->gone = true;
        c->use = NULL;
        c = NULL;
    }
    spin_unlock(&g->lock);
    if (c)
        wait_event(&use_over, call_is_over(g, use));
    use->state = USE_NONE;
    use->grant = NULL;
    if (use->weak)
        grant_memory_put(g);
    else
        grant_put(g);
    return was_revoked;
}
