/*
 * System V semaphores.
 *
 * A set is an ipc_object; its lock guards values, waiters and undo structures,
 * so that operations on different sets have nothing in common. A list of
 * operations is done as a whole or not at all; one that cannot be done now
 * sleeps, and whoever changes the set does it on its behalf, in the order of
 * arrival.
 *
 * SEM_UNDO: per process (shared by CLONE_SYSVSEM) a list of structures, one per
 * set, which say what to add to each semaphore at exit. The list's lock comes
 * after the set's.
 */
#ifndef IPC_SEM_H
#define IPC_SEM_H

#include "ipc/ipc_id.h"

#define SEM_VALUE_MAX 32767
#define SEM_UNDO      0x1000u

struct sem_operation { /* the ABI's struct sembuf */
    u16 number;
    s16 change;
    s16 flags;
};

struct sem_set;

s64 sem_get(struct caller *who, s32 key, s32 count, u32 flags);
/* All of them or none. The deadline is monotonic ns. -EAGAIN also past it. */
s64 sem_operate(struct caller *who, s32 id, const struct sem_operation *ops,
                u32 count, u64 deadline);

/* semctl */
struct sem_status {
    struct ipc_status common;
    s64 operated, changed; /* seconds since 1970 */
    u64 count;
};
s64 sem_stat(struct caller *who, s32 id, enum ipc_stat_how how,
             struct sem_status *out); /* 0, or the id for an index */
int sem_change(struct caller *who, s32 id, const struct ipc_change *change);
int sem_remove(struct caller *who, s32 id);
enum sem_question {
    SEM_VALUE,
    SEM_PROCESS,
    SEM_WAIT_MORE, /* how many wait for it to grow */
    SEM_WAIT_ZERO
};
s64 sem_ask(struct caller *who, s32 id, s32 number, enum sem_question what);
int sem_set_value(struct caller *who, s32 id, s32 number, s32 value);
/* GETALL, SETALL: the set, which may be read (or written), referenced. */
struct sem_set *sem_set_get(struct caller *who, s32 id, bool write);
void sem_set_put(struct sem_set *set);
u32 sem_set_count(const struct sem_set *set);
int sem_set_read(struct sem_set *set, u16 *values);
/* -ERANGE when one is too large: nothing is changed. */
int sem_set_write(struct caller *who, struct sem_set *set, const u16 *values);

#endif
