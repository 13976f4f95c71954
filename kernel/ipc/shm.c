#include "ipc/shm.h"

#include "core/account.h"
#include "core/slab.h"
#include "core/time.h"
#include "ipc/ipc_namespace.h"
#include "ipc/ipc_task.h"
#include "lib/printf.h"
#include "proc/task.h"
#include "proc/user_account.h"
#include "vm/address_space.h"
#include "vm/memory_object.h"
#include "vm/vm.h"

struct shm_segment {
    struct ipc_object object; /* must be first; its lock guards the rest */
    struct ipc_namespace *ns; /* borrowed; owned while `attached` is not 0 */
    struct memory_object *memory; /* owned; NULL once it is removed */
    struct account *account;      /* owned: whom its pages are charged to */
    u64 size, pages;              /* bytes, pages */
    u64 attached; /* VMAs, and calls that are about to make one */
    s64 attach_time, detach_time, changed;
    struct ipc_process creator, last;
    const struct task *maker;    /* borrowed; NULL once it has gone */
    struct user_account *locker; /* owned: whose locked pages they are */
};

static s64 now_seconds(void)
{
    return time_realtime() / (s64)NS_PER_SEC;
}

static struct shm_segment *segment_of(struct ipc_object *o)
{
    return container_of(o, struct shm_segment, object);
}

/* --------------------------------------------------------------- removal -- */

static void unlock_pages(struct shm_segment *s)
{
    if (s->locker) {
        atomic64_sub((s64)s->pages, &s->locker->locked_pages);
        user_account_put(s->locker);
    }
    s->locker = NULL;
    s->object.mode &= ~SHM_LOCKED;
}

static bool may_go(const struct shm_segment *s)
{
    return !s->attached &&
           (READ_ONCE(s->ns->shm_rmid_forced) || s->object.mode & SHM_DEST);
}

/* Table and segment are locked; the segment's lock is given back. */
static void remove_segment(struct ipc_namespace *ns, struct shm_segment *s)
{
    struct memory_object *memory = s->memory;

    unlock_pages(s);
    s->memory = NULL;
    ns->shm_pages -= s->pages;
    ipc_remove(ipc_table_of(ns, IPC_SHM), &s->object);
    ipc_object_unlock(&s->object);
    object_put(&memory->object);
}

static void release(struct ipc_object *o)
{
    struct shm_segment *s = segment_of(o);

    if (s->memory) /* it never got an id */
        object_put(&s->memory->object);
    account_put(s->account);
}

static void remove_if_unused(struct ipc_namespace *ns, struct shm_segment *s)
{
    struct ipc_table *t = ipc_table_of(ns, IPC_SHM);

    write_lock(&t->lock);
    if (!ipc_object_lock(&s->object)) {
        if (may_go(s))
            remove_segment(ns, s);
        else
            ipc_object_unlock(&s->object);
    }
    write_unlock(&t->lock);
}

/* ------------------------------------------------------------ attachment -- */

static void hold(struct shm_segment *s)
{
    if (!s->attached++)
        namespace_get(&s->ns->head);
}

static struct task *user_task(void)
{
    struct task *t = task_current();

    return t->group ? t : NULL;
}

static void vma_opened(void *data)
{
    struct shm_segment *s = data;

    spin_lock(&s->object.lock);
    hold(s);
    s->attach_time = now_seconds();
    ipc_process_set(&s->last, user_task());
    spin_unlock(&s->object.lock);
}

/* One less; the last may take the segment and its namespace along. */
static void let_go(struct shm_segment *s, bool was_mapped)
{
    struct ipc_namespace *ns = s->ns;
    bool last, go;

    ipc_object_hold(&s->object);
    spin_lock(&s->object.lock);
    if (was_mapped) {
        s->detach_time = now_seconds();
        ipc_process_set(&s->last, user_task());
    }
    last = --s->attached == 0;
    go = !s->object.deleted && may_go(s);
    spin_unlock(&s->object.lock);
    if (go)
        remove_if_unused(ns, s);
    ipc_object_put(&s->object);
    if (last)
        namespace_put(&ns->head);
}

static void vma_closed(void *data)
{
    let_go(data, true);
}

s64 shm_attach(struct caller *who, const struct mm_limits *limits,
               const struct shm_attach *how)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    u32 mode = how->prot & PROT_WRITE ? IPC_READ | IPC_WRITE : IPC_READ;
    u32 rights = RIGHT_READ | RIGHT_EXEC | RIGHT_MMAP;
    u32 flags = MAP_SHARED;
    struct ipc_object *o;
    struct shm_segment *s;
    struct grant *g;
    s64 result;

    if (how->exec)
        mode |= 0111;
    if (how->prot & PROT_WRITE)
        rights |= RIGHT_WRITE;
    if (how->address)
        flags |= how->remap ? MAP_FIXED : MAP_FIXED_NOREPLACE;
    o = ipc_object_get(ipc_table_of(ns, IPC_SHM), how->id);
    if (IS_ERR(o))
        return PTR_ERR(o);
    s = segment_of(o);
    result = ipc_permitted(who, ns, o, mode);
    if (!result)
        result = ipc_object_lock(o);
    if (result)
        goto out_object;
    hold(s);
    ipc_object_unlock(o);
    g = grant_create(object_get(&s->memory->object), rights);
    result = PTR_ERR_OR_ZERO(g);
    if (!result) {
        result = -EINVAL;
        if (how->address + s->size >= how->address)
            result = mm_map(who, limits, how->address, s->size, how->prot,
                            flags, g, 0);
        if (result == -EEXIST)
            result = -EINVAL;
        grant_put(g);
    }
    let_go(s, false);
out_object:
    ipc_object_put(o);
    return result;
}

int shm_detach(struct caller *who, u64 address)
{
    return mm_unmap_attachment(who->mm, address, vma_closed);
}

/* ---------------------------------------------------------------- making -- */

static struct ipc_object *create(struct caller *who, struct ipc_namespace *ns,
                                 const struct ipc_get *get)
{
    u64 size = get->amount, pages = DIV_ROUND_UP(size, PAGE_SIZE);
    struct shm_segment *s;
    char name[32];
    bool reserve;

    if (!size || size > READ_ONCE(ns->shm_size_max) || size > S64_MAX)
        return ERR_PTR(-EINVAL);
    if (pages << PAGE_SHIFT < size || ns->shm_pages + pages < ns->shm_pages ||
        ns->shm_pages + pages > READ_ONCE(ns->shm_pages_max))
        return ERR_PTR(-ENOSPC);
    /* No pages are set aside for huge pages. */
    if (get->flags & SHM_HUGETLB)
        return ERR_PTR(ipc_capable(who, ns, CAP_IPC_LOCK) ? -ENOMEM : -EPERM);
    s = size > S64_MAX - PAGE_SIZE ? NULL : kzalloc(sizeof(*s), ALLOC_KERNEL);
    if (!s)
        return ERR_PTR(-ENOMEM);
    snprintf(name, sizeof(name), "/SYSV%08x (deleted)", (u32)get->key);
    reserve = !(get->flags & SHM_NORESERVE) || vm_overcommit_memory == 2;
    s->memory = memory_object_create(name, size, reserve, who->account);
    if (IS_ERR(s->memory)) {
        struct ipc_object *error = ERR_CAST(s->memory);

        kfree(s);
        return error;
    }
    s->memory->opened = vma_opened;
    s->memory->closed = vma_closed;
    s->memory->user = s;
    s->account = account_get(who->account);
    s->ns = ns;
    s->size = size;
    s->pages = pages;
    s->changed = now_seconds();
    s->object.release = release;
    ipc_process_set(&s->creator, who->task);
    return &s->object;
}

static void added(struct caller *who, struct ipc_namespace *ns,
                  struct ipc_object *o)
{
    struct shm_segment *s = segment_of(o);

    ns->shm_pages += s->pages;
    s->memory->inode = (u64)o->id;
    s->maker = who->task;
    if (who->task)
        who->task->made_segments = true;
}

static int check(const struct ipc_object *o, const struct ipc_get *get)
{
    const struct shm_segment *s = container_of(o, struct shm_segment, object);

    return get->amount > s->size ? -EINVAL : 0;
}

static const struct ipc_get_ops get_ops = {create, added, check};

s64 shm_get(struct caller *who, s32 key, u64 size, u32 flags)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct ipc_get get = {key, flags, size};

    return ipc_get_id(who, ns, IPC_SHM, &get_ops, &get,
                      (u32)READ_ONCE(ns->shm_segments_max));
}

/* ---------------------------------------------------------------- shmctl -- */

s64 shm_stat(struct caller *who, s32 id, enum ipc_stat_how how,
             struct shm_status *out)
{
    struct ipc_object *o =
        ipc_stat_begin(who, ipc_namespace_of(who), IPC_SHM, id, how);
    struct shm_segment *s;

    if (IS_ERR(o))
        return PTR_ERR(o);
    s = segment_of(o);
    ipc_fill_status(o, &out->common);
    out->size = s->size;
    out->resident = READ_ONCE(s->memory->mapping.page_count) << PAGE_SHIFT;
    out->attached = s->attach_time;
    out->detached = s->detach_time;
    out->changed = s->changed;
    out->attachments = s->attached;
    out->creator = ipc_process_number(&s->creator, who);
    out->last = ipc_process_number(&s->last, who);
    ipc_stat_end(o);
    return how == IPC_STAT_ID ? 0 : out->common.id;
}

u64 shm_resident_pages(struct ipc_namespace *ns)
{
    struct ipc_table *t = ipc_table_of(ns, IPC_SHM);
    struct ipc_object *o;
    u64 pages = 0;
    int index;

    read_lock(&t->lock);
    idr_for_each_entry(&t->ids, o, index) pages +=
        READ_ONCE(segment_of(o)->memory->mapping.page_count);
    read_unlock(&t->lock);
    return pages;
}

int shm_change(struct caller *who, s32 id, const struct ipc_change *change)
{
    struct ipc_object *o =
        ipc_control_begin(who, ipc_namespace_of(who), IPC_SHM, id);
    int error;

    if (IS_ERR(o))
        return (int)PTR_ERR(o);
    error = ipc_apply_change(o, change);
    if (!error)
        segment_of(o)->changed = now_seconds();
    ipc_stat_end(o);
    return error;
}

int shm_remove(struct caller *who, s32 id)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct ipc_table *t = ipc_table_of(ns, IPC_SHM);
    struct ipc_object *o;

    write_lock(&t->lock);
    o = ipc_control_begin(who, ns, IPC_SHM, id);
    if (!IS_ERR(o)) {
        if (segment_of(o)->attached) {
            o->mode |= SHM_DEST;
            ipc_forget_key(t, o);
            ipc_object_unlock(o);
        } else {
            remove_segment(ns, segment_of(o));
        }
        ipc_object_put(o);
    }
    write_unlock(&t->lock);
    return PTR_ERR_OR_ZERO(o);
}

/* Nothing is ever written to a swap device, so all there is to do is to count.
 */
static int lock_pages(struct caller *who, struct shm_segment *s)
{
    struct user_account *user = who->cred->user;
    u64 limit = READ_ONCE(who->task->group->limits[LIMIT_MEMLOCK].soft);
    s64 locked;

    if (s->object.mode & SHM_LOCKED)
        return 0;
    locked = atomic64_add_return((s64)s->pages, &user->locked_pages);
    if (limit != ~0UL && (u64)locked > limit >> PAGE_SHIFT &&
        !caller_capable_init(who, CAP_IPC_LOCK)) {
        atomic64_sub((s64)s->pages, &user->locked_pages);
        return -ENOMEM;
    }
    s->locker = user_account_get(user);
    s->object.mode |= SHM_LOCKED;
    return 0;
}

int shm_lock(struct caller *who, s32 id, bool lock)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct ipc_object *o = ipc_object_get(ipc_table_of(ns, IPC_SHM), id);
    kuid_t euid = who->cred->euid;
    int error;

    if (IS_ERR(o))
        return (int)PTR_ERR(o);
    error = ipc_object_lock(o);
    if (error)
        goto out;
    if (!ipc_capable(who, ns, CAP_IPC_LOCK)) {
        if (!kuid_equal(euid, o->uid) && !kuid_equal(euid, o->cuid))
            error = -EPERM;
        else if (lock && !who->task->group->limits[LIMIT_MEMLOCK].soft)
            error = -EPERM;
    }
    if (!error && lock)
        error = lock_pages(who, segment_of(o));
    else if (!error)
        unlock_pages(segment_of(o));
    ipc_object_unlock(o);
out:
    ipc_object_put(o);
    return error;
}

/* --------------------------------------------------- ends of other things --
 */

/* Remove all that `which` says, each held and locked when it is asked. */
static void remove_those(struct ipc_namespace *ns,
                         bool (*which)(struct shm_segment *s, struct task *t),
                         struct task *task)
{
    struct ipc_table *t = ipc_table_of(ns, IPC_SHM);
    struct ipc_object *o;
    int index;

    write_lock(&t->lock);
    idr_for_each_entry(&t->ids, o, index)
    {
        struct shm_segment *s = segment_of(o);

        ipc_object_hold(o);
        spin_lock(&o->lock);
        if (which(s, task))
            remove_segment(ns, s);
        else
            ipc_object_unlock(o);
        ipc_object_put(o);
    }
    write_unlock(&t->lock);
}

static bool maker_leaves(struct shm_segment *s, struct task *t)
{
    if (s->maker != t)
        return false;
    s->maker = NULL;
    return may_go(s);
}

void shm_task_leave(struct task *t)
{
    if (!t->made_segments)
        return;
    t->made_segments = false;
    remove_those(t->ns->ipc, maker_leaves, t);
}

static bool is_orphan(struct shm_segment *s, struct task *t)
{
    (void)t;
    return !s->maker && may_go(s);
}

void shm_destroy_orphans(struct ipc_namespace *ns)
{
    remove_those(ns, is_orphan, NULL);
}

/* Nothing is mapped: it would have kept the namespace. */
static bool every(struct shm_segment *s, struct task *t)
{
    (void)s;
    (void)t;
    return true;
}

void shm_namespace_exit(struct ipc_namespace *ns)
{
    remove_those(ns, every, NULL);
}
