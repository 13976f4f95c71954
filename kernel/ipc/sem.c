#include "ipc/sem.h"

#include "core/slab.h"
#include "core/time.h"
#include "core/wait.h"
#include "ipc/ipc_namespace.h"
#include "ipc/sem_internal.h"
#include "proc/task.h"

struct sem_waiter { /* on the sleeper's stack; guarded by the set's lock */
    struct list_head link;
    struct ipc_sleeper sleeper;
    const struct sem_operation *ops, *blocking;
    u32 count;
    bool alters;
    struct sem_undo *undo;
    int result;
};

static s64 now_seconds(void)
{
    return time_realtime() / (s64)NS_PER_SEC;
}

/* ---------------------------------------------------------------- making -- */

static struct ipc_object *create(struct caller *who, struct ipc_namespace *ns,
                                 const struct ipc_get *get)
{
    struct sem_set *set;

    (void)who;
    if (!get->amount)
        return ERR_PTR(-EINVAL);
    if ((s64)(ns->semaphores + get->amount) > READ_ONCE(ns->sem_total_max))
        return ERR_PTR(-ENOSPC);
    set = kzalloc(sizeof(*set) + get->amount * sizeof(set->sems[0]),
                  ALLOC_KERNEL);
    if (!set)
        return ERR_PTR(-ENOMEM);
    set->count = (u32)get->amount;
    INIT_LIST_HEAD(&set->zero_waiters);
    INIT_LIST_HEAD(&set->alter_waiters);
    INIT_LIST_HEAD(&set->undos);
    set->changed = now_seconds();
    return &set->object;
}

static void added(struct caller *who, struct ipc_namespace *ns,
                  struct ipc_object *o)
{
    (void)who;
    ns->semaphores += sem_set_of(o)->count;
}

static int check(const struct ipc_object *o, const struct ipc_get *get)
{
    const struct sem_set *set = container_of(o, struct sem_set, object);

    return get->amount > set->count ? -EINVAL : 0;
}

static const struct ipc_get_ops get_ops = {create, added, check};

s64 sem_get(struct caller *who, s32 key, s32 count, u32 flags)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct ipc_get get = {key, flags, (u64)count};

    if (count < 0 || count > READ_ONCE(ns->sem_per_set))
        return -EINVAL;
    return ipc_get_id(who, ns, IPC_SEM, &get_ops, &get,
                      (u32)READ_ONCE(ns->sem_sets_max));
}

static struct sem_set *find(struct ipc_namespace *ns, s32 id)
{
    struct ipc_object *o = ipc_object_get(ipc_table_of(ns, IPC_SEM), id);

    return IS_ERR(o) ? ERR_CAST(o) : sem_set_of(o);
}

/* ------------------------------------------------------------ operations -- */

static void take_back(struct sem_set *set, struct sem_waiter *w, u32 count)
{
    while (count--) {
        const struct sem_operation *op = &w->ops[count];

        set->sems[op->number].value -= op->change;
        if (op->flags & SEM_UNDO)
            w->undo->change[op->number] += op->change;
    }
}

/* 0: all done; 1: one has to wait; or an errno. Nothing changed but with 0. */
static int try_operations(struct sem_set *set, struct sem_waiter *w)
{
    int result = 0;
    u32 i;

    for (i = 0; i < w->count && !result; i++) {
        const struct sem_operation *op = &w->ops[i];
        struct semaphore *sem = &set->sems[op->number];
        s32 value = sem->value + op->change;

        if ((!op->change && sem->value) || value < 0) {
            w->blocking = op;
            result = op->flags & (s16)IPC_NOWAIT ? -EAGAIN : 1;
            break;
        }
        if (value > SEM_VALUE_MAX) {
            result = -ERANGE;
            break;
        }
        if (op->flags & SEM_UNDO) {
            s32 undo = w->undo->change[op->number] - op->change;

            if (undo < -SEM_VALUE_MAX - 1 || undo > SEM_VALUE_MAX) {
                result = -ERANGE;
                break;
            }
            w->undo->change[op->number] = (s16)undo;
        }
        sem->value = value;
    }
    if (result) {
        take_back(set, w, i);
        return result;
    }
    for (i = 0; i < w->count; i++)
        ipc_process_set(&set->sems[w->ops[i].number].last, w->sleeper.task);
    return 0;
}

/* Certainly not to be done yet. */
static bool still_blocked(const struct sem_set *set, const struct sem_waiter *w)
{
    const struct sem_operation *op = w->blocking;
    s32 value = set->sems[op->number].value;

    if (w->count > 1)
        return false;
    return op->change ? value + op->change < 0 : value != 0;
}

static void finish(struct sem_waiter *w, int result)
{
    list_del_init(&w->link);
    w->result = result;
    ipc_wake(&w->sleeper);
}

/* One of them could be done or has failed; *changed: it altered the set. */
static bool wake_list(struct sem_set *set, struct list_head *waiters,
                      bool *changed)
{
    struct sem_waiter *w, *next;
    bool any = false;

    list_for_each_entry_safe (w, next, waiters, link) {
        bool alters = w->alters;
        int result;

        if (still_blocked(set, w))
            continue;
        result = try_operations(set, w);
        if (result > 0)
            continue;
        finish(w, result);
        any |= result == 0;
        if (alters && !result) {
            /* Those before it may be able to go on now. */
            *changed = true;
            break;
        }
    }
    return any;
}

bool sem_wake_waiters(struct sem_set *set)
{
    bool any = false, again;

    do {
        again = false;
        any |= wake_list(set, &set->zero_waiters, &again);
        any |= wake_list(set, &set->alter_waiters, &again);
    } while (again);
    return any;
}

static int wait_for_turn(struct sem_set *set, struct sem_waiter *w,
                         u64 deadline)
{
    int error;

    ipc_object_unlock(&set->object);
    error = ipc_sleep(&w->sleeper, deadline);
    if (!error)
        return w->result;
    spin_lock(&set->object.lock);
    if (ipc_sleeper_done(&w->sleeper)) {
        error = w->result;
    } else {
        list_del(&w->link);
        error = error == -ETIMEDOUT ? -EAGAIN : -EINTR;
    }
    spin_unlock(&set->object.lock);
    return error;
}

static int operate(struct caller *who, struct sem_set *set,
                   struct sem_waiter *w, u64 deadline)
{
    int result = ipc_object_lock(&set->object);

    if (result)
        return result;
    ipc_sleeper_init(&w->sleeper, who);
    result = try_operations(set, w);
    if (result > 0) {
        list_add_tail(&w->link,
                      w->alters ? &set->alter_waiters : &set->zero_waiters);
        return wait_for_turn(set, w, deadline);
    }
    if (!result) {
        if (w->alters)
            sem_wake_waiters(set);
        set->operated = now_seconds();
    }
    ipc_object_unlock(&set->object);
    return result;
}

s64 sem_operate(struct caller *who, s32 id, const struct sem_operation *ops,
                u32 count, u64 deadline)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct sem_waiter w = {.ops = ops, .count = count};
    bool undo = false;
    struct sem_set *set;
    u32 highest = 0;
    s64 result;

    if (!count || id < 0)
        return -EINVAL;
    for (u32 i = 0; i < count; i++) {
        highest = max(highest, (u32)ops[i].number);
        undo |= ops[i].flags & SEM_UNDO;
        w.alters |= ops[i].change != 0;
    }
    set = find(ns, id);
    if (IS_ERR(set))
        return PTR_ERR(set);
    result = -EFBIG;
    if (highest >= set->count)
        goto out;
    result =
        ipc_permitted(who, ns, &set->object, w.alters ? IPC_WRITE : IPC_READ);
    if (result)
        goto out;
    if (undo) {
        w.undo = sem_undo_get(who->task, set);
        result = PTR_ERR_OR_ZERO(w.undo);
        if (result)
            goto out;
    }
    result = operate(who, set, &w, deadline);
out:
    ipc_object_put(&set->object);
    return result;
}

/* ---------------------------------------------------------------- semctl -- */

s64 sem_stat(struct caller *who, s32 id, enum ipc_stat_how how,
             struct sem_status *out)
{
    struct ipc_object *o =
        ipc_stat_begin(who, ipc_namespace_of(who), IPC_SEM, id, how);
    struct sem_set *set;

    if (IS_ERR(o))
        return PTR_ERR(o);
    set = sem_set_of(o);
    ipc_fill_status(o, &out->common);
    out->operated = set->operated;
    out->changed = set->changed;
    out->count = set->count;
    ipc_stat_end(o);
    return how == IPC_STAT_ID ? 0 : out->common.id;
}

int sem_change(struct caller *who, s32 id, const struct ipc_change *change)
{
    struct ipc_object *o =
        ipc_control_begin(who, ipc_namespace_of(who), IPC_SEM, id);
    int error;

    if (IS_ERR(o))
        return (int)PTR_ERR(o);
    error = ipc_apply_change(o, change);
    if (!error)
        sem_set_of(o)->changed = now_seconds();
    ipc_stat_end(o);
    return error;
}

/* Table and set are locked: the lock is given back. */
static void remove_set(struct ipc_namespace *ns, struct ipc_object *o)
{
    struct sem_set *set = sem_set_of(o);
    struct sem_waiter *w, *next;

    sem_undo_drop_all(set);
    list_for_each_entry_safe (w, next, &set->zero_waiters, link)
        finish(w, -EIDRM);
    list_for_each_entry_safe (w, next, &set->alter_waiters, link)
        finish(w, -EIDRM);
    ns->semaphores -= set->count;
    ipc_remove(ipc_table_of(ns, IPC_SEM), &set->object);
    ipc_object_unlock(&set->object);
}

int sem_remove(struct caller *who, s32 id)
{
    return ipc_remove_id(who, ipc_namespace_of(who), IPC_SEM, id, remove_set);
}

void sem_namespace_exit(struct ipc_namespace *ns)
{
    ipc_remove_all(ns, IPC_SEM, remove_set);
}

static s64 count_waiters(const struct sem_set *set, u32 number, bool zero)
{
    const struct sem_waiter *w;
    s64 n = 0;

    list_for_each_entry (w, &set->zero_waiters, link)
        n += zero && w->blocking->number == number;
    list_for_each_entry (w, &set->alter_waiters, link)
        n += w->blocking->number == number &&
             (zero ? w->blocking->change == 0 : w->blocking->change < 0);
    return n;
}

s64 sem_ask(struct caller *who, s32 id, s32 number, enum sem_question what)
{
    struct sem_set *set = sem_set_get(who, id, false);
    s64 result = 0;

    if (IS_ERR(set))
        return PTR_ERR(set);
    if (number < 0 || (u32)number >= set->count)
        result = -EINVAL;
    if (!result)
        result = ipc_object_lock(&set->object);
    if (result) {
        sem_set_put(set);
        return result;
    }
    switch (what) {
    case SEM_VALUE:
        result = set->sems[number].value;
        break;
    case SEM_PROCESS:
        result = ipc_process_number(&set->sems[number].last, who);
        break;
    case SEM_WAIT_MORE:
    case SEM_WAIT_ZERO:
        result = count_waiters(set, (u32)number, what == SEM_WAIT_ZERO);
        break;
    }
    ipc_object_unlock(&set->object);
    sem_set_put(set);
    return result;
}

/* Locked: a value was set by hand; nobody undoes what came before. */
static void put_value(struct caller *who, struct sem_set *set, u32 number,
                      s32 value)
{
    struct sem_undo *undo;

    list_for_each_entry (undo, &set->undos, in_set)
        undo->change[number] = 0;
    set->sems[number].value = value;
    ipc_process_set(&set->sems[number].last, who->task);
}

static void values_were_set(struct sem_set *set)
{
    set->changed = now_seconds();
    if (sem_wake_waiters(set))
        set->operated = now_seconds();
}

int sem_set_value(struct caller *who, s32 id, s32 number, s32 value)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct sem_set *set;
    int error;

    if (value > SEM_VALUE_MAX || value < 0)
        return -ERANGE;
    set = find(ns, id);
    if (IS_ERR(set))
        return (int)PTR_ERR(set);
    error = number < 0 || (u32)number >= set->count ? -EINVAL : 0;
    if (!error)
        error = ipc_permitted(who, ns, &set->object, IPC_WRITE);
    if (!error)
        error = ipc_object_lock(&set->object);
    if (!error) {
        put_value(who, set, (u32)number, value);
        values_were_set(set);
        ipc_object_unlock(&set->object);
    }
    sem_set_put(set);
    return error;
}

struct sem_set *sem_set_get(struct caller *who, s32 id, bool write)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct sem_set *set = find(ns, id);
    int error;

    if (IS_ERR(set))
        return set;
    error = ipc_permitted(who, ns, &set->object, write ? IPC_WRITE : IPC_READ);
    if (!error)
        return set;
    sem_set_put(set);
    return ERR_PTR(error);
}

void sem_set_put(struct sem_set *set)
{
    ipc_object_put(&set->object);
}

u32 sem_set_count(const struct sem_set *set)
{
    return set->count;
}

int sem_set_read(struct sem_set *set, u16 *values)
{
    int error = ipc_object_lock(&set->object);

    if (error)
        return error;
    for (u32 i = 0; i < set->count; i++)
        values[i] = (u16)set->sems[i].value;
    ipc_object_unlock(&set->object);
    return 0;
}

int sem_set_write(struct caller *who, struct sem_set *set, const u16 *values)
{
    int error;

    for (u32 i = 0; i < set->count; i++)
        if (values[i] > SEM_VALUE_MAX)
            return -ERANGE;
    error = ipc_object_lock(&set->object);
    if (error)
        return error;
    for (u32 i = 0; i < set->count; i++)
        put_value(who, set, i, values[i]);
    values_were_set(set);
    ipc_object_unlock(&set->object);
    return 0;
}
