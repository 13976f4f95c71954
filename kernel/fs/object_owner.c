/*
 * F_SETOWN and SIGIO.
 */
#include "fs/object_owner.h"

#include "core/caller.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/string.h"
#include "proc/cred.h"
#include "proc/pid.h"
#include "proc/signal.h"
#include "proc/task.h"

#define BUCKET_BITS   6
#define QUEUES_MAX    4
#define SIGIO_NO      29
#define POLL_IN_CODE  1
#define POLL_OUT_CODE 2
#define POLL_MSG_CODE 3

struct owner_wait {
    struct wait_entry entry;
    struct wait_queue *queue; /* NULL: gone */
};

struct owner {
    struct hlist_node link;
    struct object *object; /* borrowed: `use` ends before it goes */
    struct grant_use use;  /* weak */
    struct pid *pid;       /* owned; NULL: nobody */
    enum owner_kind kind;
    u32 signal; /* 0: SIGIO, without details */
    int fd;
    u64 number;       /* different in each; 0: not needed yet */
    kuid_t uid, euid; /* of who set it */
    struct work work;
    atomic_t events; /* POLL* bits since the last signal */
    struct owner_wait waits[QUEUES_MAX];
    u32 wait_count;
};

static struct hlist_head buckets[1 << BUCKET_BITS];
static mutex_t owner_lock = MUTEX_INIT(owner_lock, "object_owner");

static struct hlist_head *bucket_of(const struct object *obj)
{
    return &buckets[hash_ptr(obj, BUCKET_BITS)];
}

static struct owner *find(const struct object *obj)
{
    struct owner *o;

    hlist_for_each_entry(o, bucket_of(obj),
                         link) if (o->object == obj) return o;
    return NULL;
}

/* ---------------------------------------------------------------- signals */

static bool may_signal(const struct owner *o, struct task *t)
{
    const struct cred *c = task_cred_get(t);
    bool may = o->euid.value == 0 || kuid_equal(o->euid, c->suid) ||
               kuid_equal(o->euid, c->uid) || kuid_equal(o->uid, c->suid) ||
               kuid_equal(o->uid, c->uid);

    cred_put(c);
    return may;
}

static void make_info(const struct owner *o, s32 code, u32 band, int fd,
                      struct signal_info *info)
{
    if (!o->signal) {
        signal_info_kernel(info, SIGIO_NO);
        return;
    }
    memset(info, 0, sizeof(*info));
    info->signo = (s32)o->signal;
    info->code = code;
    info->band = band;
    info->fd = fd;
}

struct group_signal {
    const struct owner *owner;
    const struct signal_info *info;
};

static int send_to_member(struct task *leader, void *ctx)
{
    struct group_signal *s = ctx;

    return may_signal(s->owner, leader) ? signal_send_process(leader, s->info)
                                        : -EPERM;
}

static struct task *task_of(struct pid *pid, enum owner_kind kind)
{
    struct task *t;

    rcu_read_lock();
    t = pid_task(pid, kind == OWNER_THREAD    ? PID_TASK
                      : kind == OWNER_PROCESS ? PID_PROCESS
                                              : PID_GROUP);
    if (t && !refcount_inc_not_zero(&t->refs))
        t = NULL;
    rcu_read_unlock();
    return t;
}

/* owner_lock is held. */
static void send_info(struct owner *o, const struct signal_info *info)
{
    struct task *t = o->pid ? task_of(o->pid, o->kind) : NULL;

    if (t && o->kind == OWNER_GROUP) {
        struct group_signal s = {o, info};

        signal_each_of_group(o->pid, send_to_member, &s);
    } else if (t && may_signal(o, t)) {
        if (o->kind == OWNER_THREAD)
            signal_send_thread(t, info);
        else
            signal_send_process(t, info);
    }
    if (t)
        task_put(t);
}

static void send(struct work *work)
{
    struct owner *o = container_of(work, struct owner, work);
    u32 events = (u32)atomic_xchg(&o->events, 0);
    struct signal_info info;

    mutex_lock(&owner_lock);
    if (events & POLLIN || !(events & POLLOUT))
        make_info(o, POLL_IN_CODE, POLLIN | POLLRDNORM, o->fd, &info);
    else
        make_info(o, POLL_OUT_CODE, POLLOUT | POLLWRNORM | POLLWRBAND, o->fd,
                  &info);
    if (atomic_load(&o->object->flags) & OBJ_ASYNC)
        send_info(o, &info);
    mutex_unlock(&owner_lock);
}

/* Under the queue's lock, interrupts off. */
static bool woken(struct wait_entry *entry, u32 key)
{
    struct owner *o = entry->data;

    if (key & POLLFREE) {
        list_del_init(&entry->link);
        smp_store_release(&container_of(entry, struct owner_wait, entry)->queue,
                          NULL);
        return false;
    }
    if (atomic_load(&o->object->flags) & OBJ_ASYNC) {
        atomic_or((int)(key ? key : POLLIN), &o->events);
        work_queue(&o->work);
    }
    return false;
}

/* ------------------------------------------------------------------ life */

struct owner_table {
    struct poll_table table;
    struct owner *owner;
};

static void add_queue(struct poll_table *table, struct wait_queue *q)
{
    struct owner *o = container_of(table, struct owner_table, table)->owner;
    u32 n = o->wait_count;

    if (n == QUEUES_MAX)
        return;
    wait_entry_init(&o->waits[n].entry, woken, o);
    o->waits[n].queue = q;
    o->wait_count++;
    wait_queue_add(q, &o->waits[n].entry);
}

/* The last handle was closed, or the grant revoked. */
static void lost(struct grant_use *use)
{
    struct owner *o = container_of(use, struct owner, use);

    mutex_lock(&owner_lock);
    hlist_del(&o->link);
    mutex_unlock(&owner_lock);
    for (u32 i = 0; i < o->wait_count; i++)
        wait_queue_leave(&o->waits[i].queue, &o->waits[i].entry);
    work_flush(&o->work);
    grant_use_end(&o->use);
    if (o->pid)
        pid_put(o->pid);
    kfree(o);
}

/* The object's owner, made if need be; owner_lock is held. ERR_PTR. */
static struct owner *get(struct handle_ref *ref, int fd)
{
    struct owner *o = find(ref->object);
    struct owner_table table = {.table = {.add = add_queue, .events = ~0u}};
    int error;

    if (o)
        return o;
    o = kzalloc(sizeof(*o), ALLOC_KERNEL);
    if (!o)
        return ERR_PTR(-ENOMEM);
    o->object = ref->object;
    o->fd = fd;
    work_init(&o->work, send);
    error = grant_use_begin_weak(&o->use, ref->grant, lost);
    if (error) {
        kfree(o);
        return ERR_PTR(error);
    }
    hlist_add_head(&o->link, bucket_of(o->object));
    table.owner = o;
    if (o->object->ops->poll)
        o->object->ops->poll(o->object, &table.table);
    return o;
}

int object_owner_watch(struct handle_ref *ref, int fd)
{
    struct owner *o;

    mutex_lock(&owner_lock);
    o = get(ref, fd);
    if (!IS_ERR(o))
        o->fd = fd;
    mutex_unlock(&owner_lock);
    return PTR_ERR_OR_ZERO(o);
}

static void set(struct owner *o, struct caller *who, struct pid *pid,
                enum owner_kind kind)
{
    o->pid = pid ? pid_get(pid) : NULL;
    o->kind = kind;
    o->uid = who->cred->uid;
    o->euid = who->cred->euid;
}

int object_owner_set(struct caller *who, struct handle_ref *ref, int fd,
                     struct pid *pid, enum owner_kind kind)
{
    struct pid *old = NULL;
    struct owner *o;

    mutex_lock(&owner_lock);
    o = get(ref, fd);
    if (!IS_ERR(o)) {
        old = o->pid;
        set(o, who, pid, kind);
    }
    mutex_unlock(&owner_lock);
    if (old)
        pid_put(old);
    return PTR_ERR_OR_ZERO(o);
}

int object_owner_set_signal(struct handle_ref *ref, int fd, u32 signal)
{
    struct owner *o;

    mutex_lock(&owner_lock);
    o = get(ref, fd);
    if (!IS_ERR(o))
        o->signal = signal;
    mutex_unlock(&owner_lock);
    return PTR_ERR_OR_ZERO(o);
}

void object_owner_get(struct object *obj, struct pid **pid,
                      enum owner_kind *kind, u32 *signal)
{
    struct owner *o;

    mutex_lock(&owner_lock);
    o = find(obj);
    *pid = o && o->pid ? pid_get(o->pid) : NULL;
    *kind = o ? o->kind : OWNER_THREAD;
    *signal = o ? o->signal : 0;
    mutex_unlock(&owner_lock);
}

int object_owner_notify(struct caller *who, struct handle_ref *ref, int fd,
                        u64 *number)
{
    static u64 numbers; /* owner_lock */
    struct owner *o;

    mutex_lock(&owner_lock);
    o = get(ref, fd);
    if (!IS_ERR(o)) {
        if (!o->pid)
            set(o, who, who->task->group->leader->pids[PID_PROCESS],
                OWNER_PROCESS);
        if (!o->number)
            o->number = ++numbers;
        *number = o->number;
    }
    mutex_unlock(&owner_lock);
    return PTR_ERR_OR_ZERO(o);
}

void object_owner_signal(const struct object *obj, u64 number, int fd)
{
    struct signal_info info;
    struct owner *o;

    mutex_lock(&owner_lock);
    o = find(obj);
    if (o && o->number == number) {
        make_info(o, POLL_MSG_CODE, POLLIN | POLLRDNORM | POLLMSG, fd, &info);
        send_info(o, &info);
    }
    mutex_unlock(&owner_lock);
}
