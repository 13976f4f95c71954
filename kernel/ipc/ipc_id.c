#include "ipc/ipc_id.h"

#include "core/caller.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/time.h"
#include "core/wait.h"
#include "ipc/ipc_namespace.h"
#include "proc/pid.h"
#include "proc/task.h"

#define SEQUENCE_MAX (0x7fffffff >> IPC_INDEX_BITS)
/* Indexes are given out in a cycle that is not shorter than this. */
#define CYCLE_MIN 64

struct id_node { /* a node that readers may still walk when unlinked */
    struct idr_node node;
    struct rcu_head rcu;
};

static struct idr_node *node_alloc(void *ctx)
{
    struct id_node *n = kzalloc(sizeof(*n), ALLOC_KERNEL);

    (void)ctx;
    return n ? &n->node : NULL;
}

static void node_free(void *ctx, struct idr_node *node)
{
    (void)ctx;
    kfree_rcu(container_of(node, struct id_node, node), rcu);
}

static const struct idr_ops node_ops = {node_alloc, node_free};

void ipc_table_init(struct ipc_table *t)
{
    rwlock_init(&t->lock, "ipc_table");
    idr_init(&t->ids, &node_ops, NULL);
    t->keys = (struct rb_root){NULL};
    t->in_use = t->sequence = 0;
    t->last_index = t->max_index = -1;
    t->next_id = -1;
}

void ipc_table_destroy(struct ipc_table *t)
{
    idr_destroy(&t->ids);
}

/* ------------------------------------------------------------------ keys -- */

static struct ipc_object *find_key(struct ipc_table *t, s32 key)
{
    struct rb_node *n = t->keys.node;

    while (n) {
        struct ipc_object *o = rb_entry(n, struct ipc_object, by_key);

        if (o->key == key)
            return o;
        n = key < o->key ? n->left : n->right;
    }
    return NULL;
}

static void insert_key(struct ipc_table *t, struct ipc_object *o)
{
    struct rb_node **link = &t->keys.node, *parent = NULL;

    while (*link) {
        parent = *link;
        link = o->key < rb_entry(parent, struct ipc_object, by_key)->key
                   ? &parent->left
                   : &parent->right;
    }
    rb_link_node(&o->by_key, parent, link);
    rb_insert_color(&o->by_key, &t->keys);
}

void ipc_forget_key(struct ipc_table *t, struct ipc_object *o)
{
    if (o->key != IPC_PRIVATE)
        rb_erase(&o->by_key, &t->keys);
    o->key = IPC_PRIVATE;
}

/* ------------------------------------------------------------------- ids -- */

static int alloc_wanted(struct ipc_table *t, struct ipc_object *o)
{
    s32 index = t->next_id & IPC_INDEX_MAX;
    u32 sequence = (u32)t->next_id >> IPC_INDEX_BITS;

    t->next_id = -1;
    index = idr_alloc(&t->ids, NULL, index, IPC_INDEX_MAX);
    if (index >= 0)
        o->id = (s32)(sequence << IPC_INDEX_BITS | (u32)index);
    return index;
}

static int alloc_id(struct ipc_table *t, struct ipc_object *o)
{
    s32 index, last;

    if (t->next_id >= 0)
        return alloc_wanted(t, o);
    last = min_t(s32, max_t(s32, (s32)t->in_use * 3 / 2, CYCLE_MIN),
                 IPC_INDEX_MAX + 1);
    index = idr_alloc_cyclic(&t->ids, NULL, 0, last - 1);
    if (index < 0)
        return index;
    if (index <= t->last_index && ++t->sequence >= SEQUENCE_MAX)
        t->sequence = 0;
    t->last_index = index;
    o->id = (s32)(t->sequence << IPC_INDEX_BITS | (u32)index);
    return index;
}

static int add(struct caller *who, struct ipc_table *t, struct ipc_object *o,
               const struct ipc_get *get, u32 limit)
{
    int index;

    if (t->in_use >= limit || t->in_use > IPC_INDEX_MAX)
        return -ENOSPC;
    index = alloc_id(t, o);
    if (index < 0)
        return index;
    spin_init(&o->lock, "ipc_object");
    refcount_set(&o->refs, 1);
    o->deleted = false;
    o->key = get->key;
    o->mode = get->flags & 0777;
    o->uid = o->cuid = who->cred->euid;
    o->gid = o->cgid = who->cred->egid;
    if (o->key != IPC_PRIVATE)
        insert_key(t, o);
    t->in_use++;
    t->max_index = max(t->max_index, index);
    idr_replace(&t->ids, index, o);
    return 0;
}

static s64 make(struct caller *who, struct ipc_namespace *ns,
                struct ipc_table *t, const struct ipc_get_ops *ops,
                const struct ipc_get *get, u32 limit)
{
    struct ipc_object *o = ops->create(who, ns, get);
    int error;

    if (IS_ERR(o))
        return PTR_ERR(o);
    error = add(who, t, o, get, limit);
    if (error) {
        if (o->release)
            o->release(o);
        kfree(o);
        return error;
    }
    if (ops->added)
        ops->added(who, ns, o);
    return o->id;
}

s64 ipc_get_id(struct caller *who, struct ipc_namespace *ns, enum ipc_kind kind,
               const struct ipc_get_ops *ops, const struct ipc_get *get,
               u32 limit)
{
    struct ipc_table *t = ipc_table_of(ns, kind);
    struct ipc_object *o = NULL;
    s64 result;

    write_lock(&t->lock);
    if (get->key != IPC_PRIVATE)
        o = find_key(t, get->key);
    if (!o) {
        result = get->key == IPC_PRIVATE || get->flags & IPC_CREAT
                     ? make(who, ns, t, ops, get, limit)
                     : -ENOENT;
    } else if ((get->flags & (IPC_CREAT | IPC_EXCL)) ==
               (IPC_CREAT | IPC_EXCL)) {
        result = -EEXIST;
    } else {
        result = ops->check ? ops->check(o, get) : 0;
        if (!result)
            result = ipc_permitted(who, ns, o, get->flags);
        if (!result)
            result = o->id;
    }
    write_unlock(&t->lock);
    return result;
}

struct ipc_object *ipc_object_get_index(struct ipc_table *t, s32 index)
{
    struct ipc_object *o;

    rcu_read_lock();
    o = idr_find(&t->ids, index & IPC_INDEX_MAX);
    if (!o || !refcount_inc_not_zero(&o->refs))
        o = ERR_PTR(-EINVAL);
    rcu_read_unlock();
    return o;
}

struct ipc_object *ipc_object_get(struct ipc_table *t, s32 id)
{
    struct ipc_object *o = ipc_object_get_index(t, id);

    if (!IS_ERR(o) && o->id != id) {
        ipc_object_put(o);
        o = ERR_PTR(-EINVAL);
    }
    return o;
}

void ipc_object_put(struct ipc_object *o)
{
    if (!refcount_dec_and_test(&o->refs))
        return;
    if (o->release)
        o->release(o);
    kfree_rcu(o, rcu);
}

int ipc_object_lock(struct ipc_object *o)
{
    spin_lock(&o->lock);
    if (likely(!o->deleted))
        return 0;
    spin_unlock(&o->lock);
    return -EIDRM;
}

void ipc_remove(struct ipc_table *t, struct ipc_object *o)
{
    s32 index = o->id & IPC_INDEX_MAX;

    ipc_forget_key(t, o);
    o->deleted = true;
    idr_remove(&t->ids, index);
    t->in_use--;
    while (t->max_index >= 0 && !idr_find(&t->ids, t->max_index))
        t->max_index--;
    ipc_object_put(o);
}

s32 ipc_max_index(struct ipc_table *t)
{
    s32 index;

    read_lock(&t->lock);
    index = max(t->max_index, 0);
    read_unlock(&t->lock);
    return index;
}

/* ----------------------------------------------------------- permissions -- */

static bool owns(const struct caller *who, const struct ipc_object *o)
{
    return kuid_equal(who->cred->euid, o->cuid) ||
           kuid_equal(who->cred->euid, o->uid);
}

int ipc_permitted(const struct caller *who, const struct ipc_namespace *ns,
                  const struct ipc_object *o, u32 mode)
{
    u32 wanted = mode >> 6 | mode >> 3 | mode, granted = o->mode;

    if (owns(who, o))
        granted >>= 6;
    else if (cred_in_group(who->cred, o->cgid) ||
             cred_in_group(who->cred, o->gid))
        granted >>= 3;
    if (wanted & ~granted & 7 && !ipc_capable(who, ns, CAP_IPC_OWNER))
        return -EACCES;
    return 0;
}

int ipc_may_control(const struct caller *who, const struct ipc_namespace *ns,
                    const struct ipc_object *o)
{
    return owns(who, o) || ipc_capable(who, ns, CAP_SYS_ADMIN) ? 0 : -EPERM;
}

void ipc_fill_status(const struct ipc_object *o, struct ipc_status *s)
{
    *s = (struct ipc_status){
        .id = o->id,
        .key = o->key,
        .uid = o->uid,
        .cuid = o->cuid,
        .gid = o->gid,
        .cgid = o->cgid,
        .mode = o->mode,
        .sequence = (u32)o->id >> IPC_INDEX_BITS,
    };
}

int ipc_apply_change(struct ipc_object *o, const struct ipc_change *c)
{
    if (c->uid.value == KUID_INVALID.value ||
        c->gid.value == KGID_INVALID.value)
        return -EINVAL;
    o->uid = c->uid;
    o->gid = c->gid;
    o->mode = (o->mode & ~0777u) | (c->mode & 0777);
    return 0;
}

struct ipc_object *ipc_stat_begin(struct caller *who, struct ipc_namespace *ns,
                                  enum ipc_kind kind, s32 id,
                                  enum ipc_stat_how how)
{
    struct ipc_table *t = ipc_table_of(ns, kind);
    struct ipc_object *o;
    int error = 0;

    o = how == IPC_STAT_ID ? ipc_object_get(t, id)
                           : ipc_object_get_index(t, id);
    if (IS_ERR(o))
        return o;
    if (how != IPC_STAT_ANY)
        error = ipc_permitted(who, ns, o, IPC_READ);
    if (!error)
        error = ipc_object_lock(o);
    if (!error)
        return o;
    ipc_object_put(o);
    return ERR_PTR(error);
}

void ipc_stat_end(struct ipc_object *o)
{
    ipc_object_unlock(o);
    ipc_object_put(o);
}

struct ipc_object *ipc_control_begin(struct caller *who,
                                     struct ipc_namespace *ns,
                                     enum ipc_kind kind, s32 id)
{
    struct ipc_object *o = ipc_object_get(ipc_table_of(ns, kind), id);
    int error;

    if (IS_ERR(o))
        return o;
    error = ipc_may_control(who, ns, o);
    if (!error)
        error = ipc_object_lock(o);
    if (!error)
        return o;
    ipc_object_put(o);
    return ERR_PTR(error);
}

int ipc_remove_id(struct caller *who, struct ipc_namespace *ns,
                  enum ipc_kind kind, s32 id, ipc_remove_fn *fn)
{
    struct ipc_table *t = ipc_table_of(ns, kind);
    struct ipc_object *o;

    write_lock(&t->lock);
    o = ipc_control_begin(who, ns, kind, id);
    if (!IS_ERR(o)) {
        fn(ns, o);
        ipc_object_put(o);
    }
    write_unlock(&t->lock);
    return PTR_ERR_OR_ZERO(o);
}

void ipc_remove_all(struct ipc_namespace *ns, enum ipc_kind kind,
                    ipc_remove_fn *fn)
{
    struct ipc_table *t = ipc_table_of(ns, kind);
    struct ipc_object *o;
    int index;

    write_lock(&t->lock);
    idr_for_each_entry(&t->ids, o, index)
    {
        ipc_object_hold(o);
        spin_lock(&o->lock);
        fn(ns, o);
        ipc_object_put(o);
    }
    write_unlock(&t->lock);
}

/* ------------------------------------------------------------- processes -- */

void ipc_process_set(struct ipc_process *p, struct task *t)
{
    const struct pid *pid;

    rcu_read_lock();
    pid = t ? READ_ONCE(t->group->leader)->pids[PID_PROCESS] : NULL;
    if (pid) {
        p->number = pid->numbers[0].number;
        p->own_number = pid->numbers[pid->level].number;
        p->namespace = pid->numbers[pid->level].ns->head.inum;
    }
    rcu_read_unlock();
}

u32 ipc_process_number(const struct ipc_process *p, const struct caller *who)
{
    const struct pid_namespace *ns =
        who->task ? task_pid_ns(who->task) : &pid_ns_first;
    struct pid *pid;
    u32 number = 0;

    if (ns == &pid_ns_first || !p->number)
        return p->number;
    if (ns->head.inum == p->namespace)
        return p->own_number;
    rcu_read_lock();
    pid = pid_find(&pid_ns_first, p->number);
    if (pid)
        number = pid_number(pid, ns);
    rcu_read_unlock();
    return number;
}

/* --------------------------------------------------------------- waiting -- */

void ipc_sleeper_init(struct ipc_sleeper *s, struct caller *who)
{
    s->task = who->task;
    s->done = 0;
}

int ipc_sleep(struct ipc_sleeper *s, u64 deadline)
{
    return wait_woken(ipc_sleeper_done(s), deadline);
}

void ipc_wake(struct ipc_sleeper *s)
{
    struct task *t = task_get(s->task);

    __atomic_store_n(&s->done, 1, __ATOMIC_RELEASE);
    thread_wake(&t->thread);
    task_put(t);
}
