/*
 * flock, POSIX and open-file-description locks.
 */
#include "fs/lock.h"

#include "core/account.h"
#include "core/caller.h"
#include "core/slab.h"
#include "core/wait.h"
#include "fs/dentry.h"
#include "fs/pipe.h"
#include "fs/pseudo.h"
#include "fs/super.h"
#include "proc/task.h"

struct file_lock {
    struct list_head link;
    enum lock_family family;
    const void *owner; /* an object or a handle table: compared only */
    u32 type;
    s64 start, end;
    const struct object *through; /* how it was taken: compared only */
    struct pid *pid;         /* owned: the process that took it; NULL: none */
    struct account *account; /* owned: who pays for it */
};

struct inode_locks {
    struct list_head link; /* all_locks; deadlock_lock */
    struct inode *inode;   /* borrowed: it owns this; NULL: see key */
    const void *key;       /* what objects without an inode share */
    u32 users;             /* of one without an inode; deadlock_lock */
    devnum_t dev;
    u64 ino;
    spinlock_t lock;
    struct list_head flocks;
    struct list_head ranges; /* POSIX and OFD, by start */
    struct wait_queue changed;
};

/* A POSIX waiter, for finding circles. */
struct lock_waiter {
    struct list_head link; /* waiters; deadlock_lock */
    const void *owner, *blocker;
};
static LIST_HEAD(waiters);
static LIST_HEAD(all_locks);
static spinlock_t deadlock_lock = SPINLOCK_INIT("lock_deadlock");

static struct inode_locks *locks_new(void)
{
    struct inode_locks *l = kzalloc(sizeof(*l), ALLOC_KERNEL);

    if (!l)
        return NULL;
    spin_init(&l->lock, "inode_locks");
    INIT_LIST_HEAD(&l->flocks);
    INIT_LIST_HEAD(&l->ranges);
    wait_queue_init(&l->changed);
    return l;
}

static struct inode_locks *inode_locks(struct inode *inode, bool make)
{
    struct inode_locks *l = smp_load_acquire(&inode->locks), *none = NULL;

    if (l || !make)
        return l;
    l = locks_new();
    if (!l)
        return NULL;
    l->inode = inode;
    l->dev = inode->sb->dev;
    l->ino = inode->ino;
    if (!try_cmpxchg(&inode->locks, &none, l)) {
        wait_queue_destroy(&l->changed);
        kfree(l);
        return none;
    }
    spin_lock(&deadlock_lock);
    list_add_tail(&l->link, &all_locks);
    spin_unlock(&deadlock_lock);
    return l;
}

/* ------------------------------------------------ objects without inodes */

/* Both ends of a pipe are one file, a socket is one, and what has nothing in
 * the file system (eventfd, epoll...) is one all together, as on Linux. */
static const void *key_of(struct object *obj)
{
    static const char anonymous;

    if (obj->kind == OBJECT_PIPE && pipe_hooks)
        return pipe_hooks->endpoint(obj);
    return obj->kind == OBJECT_SOCKET ? (const void *)obj : &anonymous;
}

static struct inode_locks *find_key(const void *key)
{
    struct inode_locks *l;

    list_for_each_entry (l, &all_locks, link)
        if (!l->inode && l->key == key) {
            l->users++;
            return l;
        }
    return NULL;
}

static struct inode_locks *object_locks(struct object *obj, bool make)
{
    const void *key = key_of(obj);
    struct file_attributes a;
    struct inode_locks *l, *fresh;

    spin_lock(&deadlock_lock);
    l = find_key(key);
    spin_unlock(&deadlock_lock);
    if (l || !make || object_attributes(NULL, obj, &a))
        return l;
    fresh = locks_new();
    if (!fresh)
        return NULL;
    fresh->key = key;
    fresh->users = 1;
    fresh->dev = a.dev;
    fresh->ino = a.ino;
    spin_lock(&deadlock_lock);
    l = find_key(key);
    if (!l) {
        list_add_tail(&fresh->link, &all_locks);
        object_locks_hook.close_handle = file_locks_close;
        object_locks_hook.release = file_locks_release;
        object_locks_hook.count++;
    }
    spin_unlock(&deadlock_lock);
    if (!l)
        return fresh;
    wait_queue_destroy(&fresh->changed);
    kfree(fresh);
    return l;
}

/* The locks of what `obj` is; locks_put() them. NULL: none (make: no memory).
 */
static struct inode_locks *locks_get(struct object *obj, bool make)
{
    struct file *f = file_from_object(obj);

    return f ? inode_locks(f->inode, make) : object_locks(obj, make);
}

static void locks_put(struct inode_locks *l)
{
    bool last = false;

    if (!l || l->inode)
        return;
    spin_lock(&deadlock_lock);
    if (!--l->users && list_empty(&l->flocks) && list_empty(&l->ranges)) {
        list_del(&l->link);
        object_locks_hook.count--;
        last = true;
    }
    spin_unlock(&deadlock_lock);
    if (last) {
        wait_queue_destroy(&l->changed);
        kfree(l);
    }
}

/* ----------------------------------------------------------------- a lock */

static void lock_free(struct file_lock *fl)
{
    if (fl->pid)
        pid_put(fl->pid);
    account_uncharge_bytes(fl->account, sizeof(*fl));
    account_put(fl->account);
    kfree(fl);
}

static struct file_lock *lock_new(struct caller *who, const struct object *obj,
                                  const void *owner, const struct lock_range *r)
{
    struct file_lock *fl;

    if (account_charge_bytes(who->account, sizeof(*fl)))
        return NULL;
    fl = kzalloc(sizeof(*fl), ALLOC_KERNEL);
    if (!fl) {
        account_uncharge_bytes(who->account, sizeof(*fl));
        return NULL;
    }
    fl->account = account_get(who->account);
    fl->family = r->family;
    fl->owner = owner;
    fl->through = obj;
    fl->type = r->type;
    fl->start = r->start;
    fl->end = r->end;
    if (who->task && r->family != LOCK_OFD)
        fl->pid = pid_get(who->task->group->leader->pids[PID_PROCESS]);
    return fl;
}

static const void *owner_of(struct caller *who, const struct object *obj,
                            enum lock_family family)
{
    return family == LOCK_POSIX ? (const void *)who->handles : obj;
}

static bool conflicts(const struct file_lock *have, const void *owner,
                      const struct lock_range *r)
{
    if (have->owner == owner || have->end < r->start || r->end < have->start)
        return false;
    return have->type == LOCK_WRITE || r->type == LOCK_WRITE;
}

static struct file_lock *find_conflict(struct inode_locks *l, const void *owner,
                                       const struct lock_range *r)
{
    struct list_head *list = r->family == LOCK_FLOCK ? &l->flocks : &l->ranges;
    struct file_lock *fl;

    list_for_each_entry (fl, list, link)
        if (conflicts(fl, owner, r))
            return fl;
    return NULL;
}

/* ---------------------------------------------------------------- ranges */

static void insert_sorted(struct inode_locks *l, struct file_lock *new)
{
    struct file_lock *fl;

    list_for_each_entry (fl, &l->ranges, link)
        if (fl->start > new->start) {
            list_add_tail(&new->link, &fl->link);
            return;
        }
    list_add_tail(&new->link, &l->ranges);
}

/* Cut what the owner has in [start, end], join what touches and has the same
 * type. `spare` holds the second half when a lock is cut in two. Freed ones go
 * on `trash`. */
static void apply_range(struct inode_locks *l, const void *owner,
                        const struct lock_range *r, struct file_lock **new,
                        struct file_lock **spare, struct list_head *trash)
{
    struct file_lock *fl, *next;
    s64 start = r->start, end = r->end;

    list_for_each_entry_safe (fl, next, &l->ranges, link) {
        if (fl->owner != owner)
            continue;
        if (fl->type == r->type) {
            bool touches_left = fl->end >= start || fl->end == start - 1;
            bool touches_right =
                fl->start <= end || (end != S64_MAX && fl->start == end + 1);

            if (touches_left && touches_right) {
                start = min(start, fl->start);
                end = max(end, fl->end);
                list_move(&fl->link, trash);
            }
            continue;
        }
        if (fl->end < start || fl->start > end)
            continue;
        if (fl->start < start && fl->end > end) {
            struct file_lock *tail = *spare;

            *spare = NULL;
            tail->family = fl->family;
            tail->owner = owner;
            tail->type = fl->type;
            tail->through = fl->through;
            swap(tail->pid, fl->pid);
            if (tail->pid)
                fl->pid = pid_get(tail->pid);
            tail->start = end + 1;
            tail->end = fl->end;
            fl->end = start - 1;
            insert_sorted(l, tail);
        } else if (fl->start < start) {
            fl->end = start - 1;
        } else if (fl->end > end) {
            fl->start = end + 1;
            list_del(&fl->link);
            insert_sorted(l, fl);
        } else {
            list_move(&fl->link, trash);
        }
    }
    if (r->type != LOCK_UNLOCK) {
        (*new)->start = start;
        (*new)->end = end;
        insert_sorted(l, *new);
        *new = NULL;
    }
}

static void free_list(struct list_head *trash)
{
    struct file_lock *fl, *next;

    list_for_each_entry_safe (fl, next, trash, link) {
        list_del(&fl->link);
        lock_free(fl);
    }
}

/* A flock replaces the one that the description has. */
static void drop_flock(struct inode_locks *l, const void *owner,
                       struct list_head *trash)
{
    struct file_lock *fl, *next;

    list_for_each_entry_safe (fl, next, &l->flocks, link)
        if (fl->owner == owner)
            list_move(&fl->link, trash);
}

/* -------------------------------------------------------------- deadlock */

/* Would waiting for `blocker` close a circle back to `owner`? deadlock_lock. */
static bool circle(const void *owner, const void *blocker)
{
    for (u32 depth = 0; depth < 64 && blocker; depth++) {
        struct lock_waiter *w;
        const void *next = NULL;

        if (blocker == owner)
            return true;
        list_for_each_entry (w, &waiters, link)
            if (w->owner == blocker) {
                next = w->blocker;
                break;
            }
        blocker = next;
    }
    return false;
}

static int note_waiting(struct lock_waiter *w, const void *owner,
                        const void *blocker)
{
    int error = 0;

    spin_lock(&deadlock_lock);
    if (circle(owner, blocker)) {
        error = -EDEADLK;
    } else {
        w->owner = owner;
        w->blocker = blocker;
        list_add(&w->link, &waiters);
    }
    spin_unlock(&deadlock_lock);
    return error;
}

static void note_done(struct lock_waiter *w)
{
    spin_lock(&deadlock_lock);
    list_del_init(&w->link);
    spin_unlock(&deadlock_lock);
}

/* ------------------------------------------------------------ operations */

/* One attempt; -EAGAIN with *blocker set when something is in the way. */
static int try_lock(struct inode_locks *l, const void *owner,
                    const struct lock_range *r, struct file_lock **new,
                    struct file_lock **spare, const void **blocker)
{
    struct file_lock *fl;
    LIST_HEAD(trash);
    int error = 0;

    spin_lock(&l->lock);
    if (r->family == LOCK_FLOCK) {
        list_for_each_entry (fl, &l->flocks, link)
            if (fl->owner == owner && fl->type == r->type)
                goto out; /* has it already */
        drop_flock(l, owner, &trash);
    }
    fl = r->type == LOCK_UNLOCK ? NULL : find_conflict(l, owner, r);
    if (fl) {
        *blocker = fl->owner;
        error = -EAGAIN;
        goto out;
    }
    if (r->family != LOCK_FLOCK) {
        apply_range(l, owner, r, new, spare, &trash);
    } else if (r->type != LOCK_UNLOCK) {
        list_add_tail(&(*new)->link, &l->flocks);
        *new = NULL;
    }
out:
    spin_unlock(&l->lock);
    if (!list_empty(&trash) || !error)
        wait_queue_wake(&l->changed, 0, 0);
    free_list(&trash);
    return error;
}

static bool still_blocked(struct inode_locks *l, const void *owner,
                          const struct lock_range *r)
{
    bool blocked;

    spin_lock(&l->lock);
    blocked = find_conflict(l, owner, r) != NULL;
    spin_unlock(&l->lock);
    return blocked;
}

static int wait_for_lock(struct inode_locks *l, const void *owner,
                         const struct lock_range *r, const void *blocker)
{
    struct lock_waiter w;
    int error = 0;

    INIT_LIST_HEAD(&w.link);
    if (r->family == LOCK_POSIX)
        error = note_waiting(&w, owner, blocker);
    if (error)
        return error;
    error = wait_event_interruptible(&l->changed, !still_blocked(l, owner, r));
    if (r->family == LOCK_POSIX)
        note_done(&w);
    return error;
}

/* It will be told of in file_locks_release(). */
static void mark(struct object *obj)
{
    struct file *f = file_from_object(obj);

    if (f)
        __atomic_fetch_or(&f->access, FILE_LOCKS, __ATOMIC_RELAXED);
    else
        WRITE_ONCE(obj->locked, true);
}

int file_lock_set(struct caller *who, struct object *obj,
                  const struct lock_range *r, bool wait)
{
    const void *owner = owner_of(who, obj, r->family), *blocker = NULL;
    struct inode_locks *l = locks_get(obj, r->type != LOCK_UNLOCK);
    struct file_lock *new, *spare = NULL;
    int error;

    if (r->type == LOCK_UNLOCK && !l)
        return 0;
    new = lock_new(who, obj, owner, r);
    if (r->family != LOCK_FLOCK)
        spare = lock_new(who, obj, owner, r);
    error = -ENOLCK;
    if (!l || !new || (r->family != LOCK_FLOCK && !spare))
        goto out;
    mark(obj);
    for (;;) {
        error = try_lock(l, owner, r, &new, &spare, &blocker);
        if (error != -EAGAIN || !wait)
            break;
        error = wait_for_lock(l, owner, r, blocker);
        if (error)
            break;
    }
out:
    if (new)
        lock_free(new);
    if (spare)
        lock_free(spare);
    locks_put(l);
    return error;
}

int file_lock_test(struct caller *who, struct object *obj, struct lock_range *r)
{
    struct inode_locks *l = locks_get(obj, false);
    const void *owner = owner_of(who, obj, r->family);
    struct file_lock *fl;

    if (!l) {
        r->type = LOCK_UNLOCK;
        return 0;
    }
    spin_lock(&l->lock);
    fl = find_conflict(l, owner, r);
    if (!fl) {
        r->type = LOCK_UNLOCK;
    } else {
        r->type = fl->type;
        r->start = fl->start;
        r->end = fl->end;
        r->pid = !fl->pid ? -1
                 : !who->task
                     ? 0
                     : (s32)pid_number(fl->pid, task_pid_ns(who->task));
    }
    spin_unlock(&l->lock);
    locks_put(l);
    return 0;
}

/* Also those taken through `obj`, whoever owns them. */
static void drop_owner(struct inode_locks *l, struct list_head *list,
                       const void *owner, const struct object *obj)
{
    struct file_lock *fl, *next;
    LIST_HEAD(trash);

    spin_lock(&l->lock);
    list_for_each_entry_safe (fl, next, list, link)
        if (fl->owner == owner || (obj && fl->through == obj))
            list_move(&fl->link, &trash);
    spin_unlock(&l->lock);
    if (list_empty(&trash))
        return;
    free_list(&trash);
    wait_queue_wake(&l->changed, 0, 0);
}

void file_locks_release(struct object *obj)
{
    struct inode_locks *l = locks_get(obj, false);

    if (!l)
        return;
    drop_owner(l, &l->flocks, obj, obj);
    /* A POSIX lock may have been set while another thread closed the handle. */
    drop_owner(l, &l->ranges, obj, obj);
    locks_put(l);
}

void file_locks_close(struct caller *who, struct object *obj)
{
    struct inode_locks *l = locks_get(obj, false);

    if (l && who->handles)
        drop_owner(l, &l->ranges, who->handles, NULL);
    locks_put(l);
}

void inode_locks_destroy(struct inode *inode)
{
    struct inode_locks *l = inode->locks;

    spin_lock(&deadlock_lock);
    list_del(&l->link);
    spin_unlock(&deadlock_lock);
    free_list(&l->flocks);
    free_list(&l->ranges);
    wait_queue_destroy(&l->changed);
    kfree(l);
    inode->locks = NULL;
}

/* ---------------------------------------------------------------- leases */

/* Leases are advice that a holder may be refused: Linux gives -EAGAIN while
 * somebody else has the file open, and so does this kernel always. */
int file_lease_set(struct caller *who, struct file *f, u32 type)
{
    if (!kuid_equal(who->cred->fsuid, f->inode->uid) &&
        !inode_capable(who, f->inode, CAP_LEASE))
        return -EACCES;
    if (!S_ISREG(f->inode->mode) || type > LOCK_UNLOCK)
        return -EINVAL;
    return -EAGAIN;
}

int file_lease_get(struct file *f)
{
    (void)f;
    return LOCK_UNLOCK;
}

/* ------------------------------------------------------------------ text */

static const char *const family_names[] = {"FLOCK", "POSIX", "OFDLCK"};

/* Printing is done under spinlocks, into room that was made before. */
#define LOCK_LINE 160
#define LOCK_ROOM 65536

static bool has_room(const struct text *out)
{
    return out->capacity - out->length > LOCK_LINE;
}

static void show_lock(struct text *out, const struct inode_locks *l,
                      const struct file_lock *fl, u32 number)
{
    if (!has_room(out))
        return;
    text_printf(out, "%u: %-6s ADVISORY  %s %d %02x:%02x:%lu %lu ", number,
                family_names[fl->family],
                fl->type == LOCK_WRITE ? "WRITE" : "READ ",
                fl->pid ? (int)fl->pid->numbers[0].number : -1,
                DEV_MAJOR(l->dev), DEV_MINOR(l->dev), l->ino, (u64)fl->start);
    if (fl->end == S64_MAX)
        text_puts(out, "EOF\n");
    else
        text_printf(out, "%lu\n", (u64)fl->end);
}

void file_locks_show_object(struct object *obj, struct text *out)
{
    struct inode_locks *l = locks_get(obj, false);
    struct file_lock *fl;
    u32 number = 1;

    if (!l || !text_reserve(out, LOCK_ROOM))
        goto out_put;
    spin_lock(&l->lock);
    list_for_each_entry (fl, &l->flocks, link)
        if (fl->owner == obj && has_room(out)) {
            text_puts(out, "lock:\t");
            show_lock(out, l, fl, number++);
        }
    list_for_each_entry (fl, &l->ranges, link)
        if (fl->through == obj && has_room(out)) {
            text_puts(out, "lock:\t");
            show_lock(out, l, fl, number++);
        }
    spin_unlock(&l->lock);
out_put:
    locks_put(l);
}

void file_locks_show(struct text *out)
{
    struct inode_locks *l;
    u32 number = 1;

    if (!text_reserve(out, LOCK_ROOM))
        return;
    spin_lock(&deadlock_lock);
    list_for_each_entry (l, &all_locks, link) {
        struct file_lock *fl;

        spin_lock(&l->lock);
        list_for_each_entry (fl, &l->flocks, link)
            show_lock(out, l, fl, number++);
        list_for_each_entry (fl, &l->ranges, link)
            show_lock(out, l, fl, number++);
        spin_unlock(&l->lock);
    }
    spin_unlock(&deadlock_lock);
}
