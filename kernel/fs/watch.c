/*
 * Watches and inotify.
 *
 * watch_lock guards every list of watches; an instance's own lock guards its
 * queue of events (order: watch_lock, instance.lock).
 */
#include "fs/watch.h"

#include "core/caller.h"
#include "core/request.h"
#include "core/slab.h"
#include "fs/fs.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/super.h"
#include "fs/watch_internal.h"
#include "lib/idr.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/user_account.h"
#include "vm/user.h"

s32 inotify_max_events = 16384, inotify_max_watches = 65536,
    inotify_max_instances = 128;

#define FIONREAD 0x541bu

/* What read(2) gives. */
struct inotify_record {
    s32 wd;
    u32 mask, cookie, length;
};
_Static_assert(sizeof(struct inotify_record) == 16, "ABI");

struct event {
    struct list_head link;
    struct inotify_record record;
    char name[]; /* record.length bytes, padded with NULs */
};

struct inotify {
    struct object object; /* must be first */
    spinlock_t lock;      /* guards events, count, bytes */
    struct list_head events;
    u32 count;
    u64 bytes;
    bool overflowed; /* an overflow event is queued */
    struct wait_queue wait;
    struct list_head watches;  /* watch_lock */
    struct idr by_number;      /* wd -> struct watch; watch_lock */
    struct user_account *user; /* owned: who made it, and has the watches */
};

struct inode_watches {
    struct list_head list;
};

atomic_t watch_count;
spinlock_t watch_lock = SPINLOCK_INIT("watches");
/* Super blocks that go wait for the last reference to their inodes. */
static struct wait_queue watch_refs_wait = WAIT_QUEUE_INIT(watch_refs_wait);
static atomic_t next_cookie;

u32 watch_cookie(void)
{
    return (u32)atomic_inc_return(&next_cookie);
}

/* ---------------------------------------------------------------- events */

static struct event *event_new(s32 wd, u32 mask, u32 cookie, const char *name,
                               u32 n)
{
    u32 padded = n ? round_up(n + 1, 16u) : 0;
    struct event *e = kmalloc(sizeof(*e) + padded, ALLOC_ATOMIC);

    if (!e)
        return NULL;
    e->record = (struct inotify_record){wd, mask, cookie, padded};
    if (padded) {
        memset(e->name, 0, padded);
        memcpy(e->name, name, n);
    }
    return e;
}

static bool same_event(const struct event *a, const struct event *b)
{
    return memcmp(&a->record, &b->record, sizeof(a->record)) == 0 &&
           memcmp(a->name, b->name, a->record.length) == 0;
}

static void queue_event(struct inotify *in, s32 wd, u32 mask, u32 cookie,
                        const char *name, u32 n)
{
    struct event *e = event_new(wd, mask, cookie, name, n);

    spin_lock(&in->lock);
    if (!e || in->count >= (u32)inotify_max_events) {
        kfree(e);
        e = in->overflowed ? NULL : event_new(-1, WATCH_Q_OVERFLOW, 0, NULL, 0);
        in->overflowed = true;
    } else if (!list_empty(&in->events) &&
               same_event(list_last_entry(&in->events, struct event, link),
                          e)) {
        kfree(e);
        e = NULL;
    }
    if (e) {
        list_add_tail(&e->link, &in->events);
        in->count++;
        in->bytes += sizeof(e->record) + e->record.length;
    }
    spin_unlock(&in->lock);
    if (e)
        wait_queue_wake(&in->wait, POLLIN | POLLRDNORM, 0);
}

/* ------------------------------------------------------ watches of inodes */

void watch_link(struct watch *w, struct inode *inode)
{
    w->inode = inode_get(inode);
    list_add(&w->inode_link, &inode->watches->list);
    list_add(&w->super_link, &inode->sb->watches);
    atomic_inc(&inode->sb->watch_refs);
    inode_set_flag(inode, INODE_WATCHED);
    atomic_inc(&watch_count);
}

/* The inode reference is the caller's to drop. */
void watch_unlink(struct watch *w)
{
    struct inode_watches *iw = w->inode->watches;

    list_del(&w->inode_link);
    list_del(&w->instance_link);
    list_del(&w->super_link);
    if (w->instance) {
        idr_remove(&w->instance->by_number, w->wd);
        atomic_dec(&w->instance->user->inotify_watches);
    }
    atomic_dec(&watch_count);
    if (list_empty(&iw->list))
        inode_clear_flag(w->inode, INODE_WATCHED);
}

/* What is done about an event when watch_lock is no longer held. */
struct aftermath {
    struct list_head gone;    /* watches to free */
    struct list_head signals; /* of dnotify */
};

static void aftermath_init(struct aftermath *after)
{
    INIT_LIST_HEAD(&after->gone);
    INIT_LIST_HEAD(&after->signals);
}

static void aftermath_do(struct aftermath *after)
{
    dnotify_send(&after->signals);
    watch_free_gone(&after->gone);
}

/* The watch ends: inotify is told. */
static void end_watch(struct watch *w, struct aftermath *after)
{
    if (w->instance)
        queue_event(w->instance, w->wd, WATCH_IGNORED, 0, NULL, 0);
    watch_unlink(w);
    list_add(&w->inode_link, &after->gone);
}

/* Tell the watches of `inode`; one-shot ones that fired end. */
static void report(struct inode *inode, const char *name, u32 n, u32 mask,
                   u32 cookie, bool unlinked, struct aftermath *after)
{
    struct watch *w, *next;

    if (!inode->watches)
        return;
    list_for_each_entry_safe (w, next, &inode->watches->list, inode_link) {
        if (!(w->mask & mask & (WATCH_ALL_EVENTS | WATCH_RENAME)))
            continue;
        if (unlinked && w->mask & WATCH_EXCL_UNLINK)
            continue;
        if (w->instance)
            queue_event(w->instance, w->wd, mask, cookie, name, n);
        else
            dnotify_event(w, &after->signals);
        if (w->mask & WATCH_ONESHOT)
            end_watch(w, after);
    }
}

void watch_free_gone(struct list_head *gone)
{
    struct watch *w, *next;

    list_for_each_entry_safe (w, next, gone, inode_link) {
        struct super_block *sb = w->inode->sb;

        list_del(&w->inode_link);
        inode_put(w->inode);
        if (w->instance)
            kfree(w);
        else
            dnotify_free(w);
        /* sb may go from here on. */
        if (atomic_dec_and_test(&sb->watch_refs))
            wake_up_all(&watch_refs_wait);
    }
}

static u32 self_mask(const struct inode *inode, u32 mask)
{
    if (mask & (WATCH_DELETE_SELF | WATCH_MOVE_SELF))
        return mask;
    return S_ISDIR(inode->mode) ? mask | WATCH_ISDIR : mask;
}

void watch_report_inode(struct inode *inode, u32 mask)
{
    struct aftermath after;

    if (!(inode->flags & INODE_WATCHED))
        return;
    aftermath_init(&after);
    spin_lock(&watch_lock);
    report(inode, NULL, 0, self_mask(inode, mask), 0, false, &after);
    spin_unlock(&watch_lock);
    aftermath_do(&after);
}

void watch_report_name(struct inode *dir, const struct dentry_name *name,
                       struct inode *child, u32 mask, u32 cookie)
{
    struct aftermath after;

    (void)child;
    if (!(dir->flags & INODE_WATCHED))
        return;
    aftermath_init(&after);
    spin_lock(&watch_lock);
    report(dir, name->text, name->length, mask, cookie, false, &after);
    spin_unlock(&watch_lock);
    aftermath_do(&after);
}

void watch_report_dentry(struct dentry *d, u32 mask)
{
    struct inode *inode = d->inode, *dir;
    struct aftermath after;
    u32 full = self_mask(inode, mask);

    if (!mask || inode->flags & INODE_PRIVATE)
        return;
    aftermath_init(&after);
    rcu_read_lock();
    dir = READ_ONCE(READ_ONCE(d->parent)->inode);
    if (dir && dir != inode && dir->flags & INODE_WATCHED) {
        const struct dentry_name *name = rcu_dereference(d->name);

        spin_lock(&watch_lock);
        report(dir, name->text, name->length, full, 0,
               d->flags & DENTRY_DELETED, &after);
        spin_unlock(&watch_lock);
    }
    rcu_read_unlock();
    aftermath_do(&after);
    watch_report_inode(inode, mask);
}

/* Take all watches of an inode apart, telling IGNORED. */
static void drop_all(struct inode *inode, u32 mask)
{
    struct watch *w, *next;
    struct aftermath after;

    aftermath_init(&after);
    spin_lock(&watch_lock);
    if (inode->watches) {
        if (mask)
            report(inode, NULL, 0, mask, 0, false, &after);
        list_for_each_entry_safe (w, next, &inode->watches->list, inode_link) {
            end_watch(w, &after);
        }
    }
    spin_unlock(&watch_lock);
    aftermath_do(&after);
}

void watch_inode_gone(struct inode *inode)
{
    if (inode->flags & INODE_WATCHED)
        drop_all(inode, WATCH_DELETE_SELF);
}

void watch_super_gone(struct super_block *sb)
{
    struct watch *w, *next;
    struct aftermath after;

    aftermath_init(&after);
    spin_lock(&watch_lock);
    list_for_each_entry_safe (w, next, &sb->watches, super_link) {
        if (w->instance)
            queue_event(w->instance, w->wd, self_mask(w->inode, WATCH_UNMOUNT),
                        0, NULL, 0);
        end_watch(w, &after);
    }
    spin_unlock(&watch_lock);
    aftermath_do(&after);
    /* Others took watches off the list and have yet to put their inodes.
     * Pairs with the decrement in aftermath_do(). */
    wait_event(&watch_refs_wait, atomic_load_acquire(&sb->watch_refs) == 0);
}

void inode_watches_destroy(struct inode *inode)
{
    kfree(inode->watches);
    inode->watches = NULL;
}

/* --------------------------------------------------------------- inotify */

static ssize_t inotify_read(struct object *obj, struct io_request *req)
{
    struct inotify *in = container_of(obj, struct inotify, object);
    ssize_t total = 0;

    for (;;) {
        struct event *e;
        size_t n;

        spin_lock(&in->lock);
        if (list_empty(&in->events)) {
            if (!total && !(req->flags & REQ_NOWAIT)) {
                request_wait(req, &in->wait);
                total = -EIOCBQUEUED;
            } else if (!total) {
                total = -EAGAIN;
            }
            spin_unlock(&in->lock);
            return total;
        }
        e = list_first_entry(&in->events, struct event, link);
        n = sizeof(e->record) + e->record.length;
        if (n > iter_count(&req->iter)) {
            spin_unlock(&in->lock);
            return total ? total : -EINVAL;
        }
        list_del(&e->link);
        in->count--;
        in->bytes -= n;
        if (e->record.mask & WATCH_Q_OVERFLOW)
            in->overflowed = false;
        spin_unlock(&in->lock);
        if (iter_copy_to(&req->iter, &e->record, n) != n)
            total = total ? total : -EFAULT;
        else
            total += (ssize_t)n;
        kfree(e);
        if (total < 0)
            return total;
    }
}

static u32 inotify_poll(struct object *obj, struct poll_table *table)
{
    struct inotify *in = container_of(obj, struct inotify, object);

    poll_register(table, &in->wait);
    return list_empty(&in->events) ? 0 : POLLIN | POLLRDNORM;
}

static long inotify_ioctl(struct object *obj, struct caller *who, u32 cmd,
                          u64 arg)
{
    struct inotify *in = container_of(obj, struct inotify, object);
    u32 bytes;

    if (cmd != FIONREAD)
        return -ENOTTY;
    spin_lock(&in->lock);
    bytes = (u32)in->bytes;
    spin_unlock(&in->lock);
    return user_write32(who->mm, arg, bytes);
}

static void inotify_release(struct object *obj)
{
    struct inotify *in = container_of(obj, struct inotify, object);
    struct watch *w, *next;
    struct event *e, *next_event;
    LIST_HEAD(gone);

    spin_lock(&watch_lock);
    list_for_each_entry_safe (w, next, &in->watches, instance_link) {
        watch_unlink(w);
        list_add(&w->inode_link, &gone);
    }
    spin_unlock(&watch_lock);
    watch_free_gone(&gone);
    list_for_each_entry_safe (e, next_event, &in->events, link)
        kfree(e);
    wait_queue_destroy(&in->wait);
    idr_destroy(&in->by_number);
    atomic_dec(&in->user->inotify_instances);
    user_account_put(in->user);
    kfree(in);
}

static size_t inotify_describe(struct object *obj, char *buffer, size_t size)
{
    struct inotify *in = container_of(obj, struct inotify, object);
    struct watch *w;
    size_t used = 0;

    spin_lock(&watch_lock);
    list_for_each_entry (w, &in->watches, instance_link)
        used += (size_t)scnprintf(
            buffer + used, size - used,
            "inotify wd:%x ino:%lx sdev:%x mask:%x ignored_mask:0 \n", w->wd,
            w->inode->ino, w->inode->sb->dev, w->mask & WATCH_ALL_EVENTS);
    spin_unlock(&watch_lock);
    return used;
}

static s64 inotify_seek(struct object *obj, s64 offset, int whence)
{
    (void)obj;
    (void)offset;
    (void)whence;
    return 0;
}

static const struct object_ops inotify_ops = {
    .seek = inotify_seek,
    .name = "inotify",
    .release = inotify_release,
    .read = inotify_read,
    .poll = inotify_poll,
    .ioctl = inotify_ioctl,
    .describe = inotify_describe,
};

static struct idr_node *number_alloc(void *ctx)
{
    (void)ctx;
    return kzalloc(sizeof(struct idr_node), ALLOC_ATOMIC);
}

static void number_free(void *ctx, struct idr_node *node)
{
    (void)ctx;
    kfree(node);
}

static const struct idr_ops number_ops = {number_alloc, number_free};

struct grant *inotify_create(struct caller *who, bool nonblock)
{
    struct user_account *user = who->cred->user;
    struct inotify *in;

    if (atomic_inc_return(&user->inotify_instances) >
        READ_ONCE(inotify_max_instances)) {
        atomic_dec(&user->inotify_instances);
        return ERR_PTR(-EMFILE);
    }
    in = kzalloc(sizeof(*in), ALLOC_KERNEL);
    if (!in) {
        atomic_dec(&user->inotify_instances);
        return ERR_PTR(-ENOMEM);
    }
    in->user = user_account_get(user);
    idr_init(&in->by_number, &number_ops, NULL);
    object_init(&in->object, OBJECT_INOTIFY, &inotify_ops,
                nonblock ? OBJ_NONBLOCK : 0);
    spin_init(&in->lock, "inotify");
    INIT_LIST_HEAD(&in->events);
    INIT_LIST_HEAD(&in->watches);
    wait_queue_init(&in->wait);
    return grant_create(&in->object,
                        RIGHT_READ | RIGHT_SEEK | RIGHT_POLL | RIGHT_IOCTL |
                            RIGHT_STAT | RIGHT_SETATTR | RIGHT_LOCK |
                            RIGHT_TRANSFER | RIGHT_DERIVE | RIGHT_FLAGS);
}

/* Among the inode's: they are few, one of each instance. */
static struct watch *find_watch(struct inotify *in, const struct inode *inode)
{
    struct watch *w;

    list_for_each_entry (w, &inode->watches->list, inode_link)
        if (w->instance == in)
            return w;
    return NULL;
}

/* A watch more of the user's: its number, -ENOSPC, -ENOMEM; watch_lock held. */
static s32 number_watch(struct inotify *in, struct watch *w)
{
    s32 n;

    if (atomic_inc_return(&in->user->inotify_watches) >
        READ_ONCE(inotify_max_watches))
        n = -ENOSPC;
    else
        n = idr_alloc_cyclic(&in->by_number, w, 1, S32_MAX);
    if (n < 0)
        atomic_dec(&in->user->inotify_watches);
    return n;
}

struct list_head *watch_list(struct inode *inode)
{
    return &inode->watches->list;
}

int watch_prepare(struct inode *inode)
{
    struct inode_watches *iw;

    if (inode->watches)
        return 0;
    iw = kmalloc(sizeof(*iw), ALLOC_KERNEL);
    if (!iw)
        return -ENOMEM;
    INIT_LIST_HEAD(&iw->list);
    spin_lock(&watch_lock);
    if (!inode->watches) {
        inode->watches = iw;
        iw = NULL;
    }
    spin_unlock(&watch_lock);
    kfree(iw);
    return 0;
}

int inotify_add(struct caller *who, struct object *obj, const struct path *path,
                u32 mask)
{
    struct inotify *in = container_of(obj, struct inotify, object);
    struct inode *inode = path->dentry->inode;
    const u32 kept = WATCH_ALL_EVENTS | WATCH_ONESHOT | WATCH_EXCL_UNLINK;
    struct watch *w, *new;
    int error = inode_permission(who, inode, MAY_READ);
    s32 result;

    if (!error)
        error = watch_prepare(inode);
    if (error)
        return error;
    new = kzalloc(sizeof(*new), ALLOC_KERNEL);
    if (!new)
        return -ENOMEM;
    spin_lock(&watch_lock);
    w = find_watch(in, inode);
    if (w) {
        result = w->wd;
        if (mask & WATCH_MASK_CREATE)
            result = -EEXIST;
        else if (mask & WATCH_MASK_ADD)
            w->mask |= mask & kept;
        else
            w->mask = mask & kept;
    } else {
        result = number_watch(in, new);
    }
    if (!w && result > 0) {
        new->instance = in;
        new->mask = mask &kept;
        new->wd = result;
        list_add(&new->instance_link, &in->watches);
        watch_link(new, inode);
        new = NULL;
    }
    spin_unlock(&watch_lock);
    kfree(new);
    return result;
}

int inotify_remove(struct object *obj, s32 descriptor)
{
    struct inotify *in = container_of(obj, struct inotify, object);
    struct watch *found;
    LIST_HEAD(gone);

    spin_lock(&watch_lock);
    found = descriptor > 0 ? idr_find(&in->by_number, descriptor) : NULL;
    if (found) {
        queue_event(in, found->wd, WATCH_IGNORED, 0, NULL, 0);
        watch_unlink(found);
        list_add(&found->inode_link, &gone);
    }
    spin_unlock(&watch_lock);
    watch_free_gone(&gone);
    return found ? 0 : -EINVAL;
}
