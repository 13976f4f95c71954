/*
 * Inside System V semaphores: sets, and what is undone at exit.
 */
#ifndef IPC_SEM_INTERNAL_H
#define IPC_SEM_INTERNAL_H

#include "ipc/sem.h"
#include "lib/list.h"

struct semaphore {
    s32 value;
    struct ipc_process last; /* who changed it */
};

struct sem_set {
    struct ipc_object object; /* must be first; its lock guards the rest */
    s64 operated, changed;
    struct list_head zero_waiters;  /* whose operations change nothing */
    struct list_head alter_waiters; /* struct sem_waiter, oldest first */
    struct list_head undos;         /* struct sem_undo by in_set */
    u32 count;
    struct semaphore sems[];
};

struct sem_undo {
    struct list_head in_list;   /* sem_undo_list.undos; its lock */
    struct list_head in_set;    /* sem_set.undos; the set's lock */
    struct sem_undo_list *list; /* borrowed */
    struct sem_set *set;        /* owned reference */
    s16 change[];               /* what exit adds; the set's lock */
};

struct sem_undo_list {
    refcount_t refs; /* the tasks that share it */
    spinlock_t lock;
    struct list_head undos;
};

static inline struct sem_set *sem_set_of(struct ipc_object *o)
{
    return container_of(o, struct sem_set, object);
}

/* The set's structure for this task's list, made if need be: valid under the
 * set's lock until the set is removed. ERR_PTR(-ENOMEM, -EIDRM). */
struct sem_undo *sem_undo_get(struct task *t, struct sem_set *set);
/* The set is being removed; its lock is held. */
void sem_undo_drop_all(struct sem_set *set);
/* Values changed: do what can be done now for those who wait. Locked. True if
 * anything was. */
bool sem_wake_waiters(struct sem_set *set);

#endif
