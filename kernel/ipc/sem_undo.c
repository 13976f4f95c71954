/*
 * SEM_UNDO: what a process's end gives back.
 */
#include "core/slab.h"
#include "core/time.h"
#include "ipc/ipc_task.h"
#include "ipc/sem_internal.h"
#include "proc/task.h"

static struct sem_undo_list *own_list(struct task *t)
{
    struct sem_undo_list *list = t->sem_undo;

    if (list)
        return list;
    list = kzalloc(sizeof(*list), ALLOC_KERNEL);
    if (!list)
        return NULL;
    refcount_set(&list->refs, 1);
    spin_init(&list->lock, "sem_undo_list");
    INIT_LIST_HEAD(&list->undos);
    t->sem_undo = list;
    return list;
}

/* list->lock held. */
static struct sem_undo *find(struct sem_undo_list *list,
                             const struct sem_set *set)
{
    struct sem_undo *undo;

    list_for_each_entry (undo, &list->undos, in_list)
        if (undo->set == set)
            return undo;
    return NULL;
}

struct sem_undo *sem_undo_get(struct task *t, struct sem_set *set)
{
    struct sem_undo_list *list = own_list(t);
    struct sem_undo *undo, *fresh;
    int error;

    if (!list)
        return ERR_PTR(-ENOMEM);
    spin_lock(&list->lock);
    undo = find(list, set);
    spin_unlock(&list->lock);
    if (undo)
        return undo;
    fresh = kzalloc(sizeof(*fresh) + set->count * sizeof(fresh->change[0]),
                    ALLOC_KERNEL);
    if (!fresh)
        return ERR_PTR(-ENOMEM);
    error = ipc_object_lock(&set->object);
    if (error) {
        kfree(fresh);
        return ERR_PTR(error);
    }
    spin_lock(&list->lock);
    undo = find(list, set); /* another thread may have been faster */
    if (!undo) {
        undo = fresh;
        fresh = NULL;
        undo->list = list;
        undo->set = set;
        ipc_object_hold(&set->object);
        list_add(&undo->in_list, &list->undos);
        list_add(&undo->in_set, &set->undos);
    }
    spin_unlock(&list->lock);
    ipc_object_unlock(&set->object);
    kfree(fresh);
    return undo;
}

void sem_undo_drop_all(struct sem_set *set)
{
    struct sem_undo *undo, *next;

    list_for_each_entry_safe (undo, next, &set->undos, in_set) {
        list_del(&undo->in_set);
        spin_lock(&undo->list->lock);
        list_del(&undo->in_list);
        spin_unlock(&undo->list->lock);
        kfree(undo);
        ipc_object_put(&set->object); /* never the last: the caller has one */
    }
}

static void give_back(struct task *t, struct sem_set *set,
                      const struct sem_undo *undo)
{
    bool any = false;

    for (u32 i = 0; i < set->count; i++) {
        struct semaphore *sem = &set->sems[i];

        if (!undo->change[i])
            continue;
        /* Linux: a value that others have moved meanwhile stops at the
         * limits. */
        sem->value = clamp(sem->value + undo->change[i], 0, (s32)SEM_VALUE_MAX);
        ipc_process_set(&sem->last, t);
        any = true;
    }
    if (any) {
        sem_wake_waiters(set);
        set->operated = time_realtime() / (s64)NS_PER_SEC;
    }
}

/* Undo for one set of a list that nobody else uses. False: none is left. A
 * removal of the set may be taking the same structure away. */
static bool undo_one(struct task *t, struct sem_undo_list *list)
{
    struct sem_undo *undo;
    struct sem_set *set;

    spin_lock(&list->lock);
    if (list_empty(&list->undos)) {
        spin_unlock(&list->lock);
        return false;
    }
    set = list_first_entry(&list->undos, struct sem_undo, in_list)->set;
    ipc_object_hold(&set->object);
    spin_unlock(&list->lock);

    spin_lock(&set->object.lock);
    spin_lock(&list->lock);
    undo = find(list, set);
    if (undo)
        list_del(&undo->in_list);
    spin_unlock(&list->lock);
    if (undo) {
        list_del(&undo->in_set);
        give_back(t, set, undo);
    }
    spin_unlock(&set->object.lock);
    if (undo) {
        kfree(undo);
        ipc_object_put(&set->object);
    }
    ipc_object_put(&set->object);
    return true;
}

int sem_task_clone(struct task *child, struct task *parent, bool share)
{
    child->sem_undo = NULL;
    if (!share)
        return 0;
    child->sem_undo = own_list(parent);
    if (!child->sem_undo)
        return -ENOMEM;
    refcount_inc(&child->sem_undo->refs);
    return 0;
}

void sem_task_leave(struct task *t)
{
    struct sem_undo_list *list = t->sem_undo;

    t->sem_undo = NULL;
    if (!list || !refcount_dec_and_test(&list->refs))
        return;
    while (undo_one(t, list))
        ;
    kfree(list);
}
