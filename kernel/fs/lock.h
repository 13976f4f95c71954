/*
 * File locks: flock, POSIX record locks, open-file-description locks, leases.
 *
 * Each inode has one structure with all its locks, made at the first lock. So
 * has each pipe and socket, and one stands for all other objects without an
 * inode; these go with their last lock.
 * struct inode_locks.lock (spinlock) guards the lists; waiting requests are
 * also in a global table under deadlock_lock, for EDEADLK.
 * Owners: flock and OFD locks belong to an object (of a file: the open one),
 * POSIX locks to a handle table. The memory of a lock is charged to the account
 * of who takes it.
 */
#ifndef FS_LOCK_H
#define FS_LOCK_H

#include "fs/file.h"

#define LOCK_READ   0 /* F_RDLCK */
#define LOCK_WRITE  1 /* F_WRLCK */
#define LOCK_UNLOCK 2 /* F_UNLCK */

enum lock_family {
    LOCK_FLOCK,
    LOCK_POSIX,
    LOCK_OFD
};

struct lock_range {
    enum lock_family family;
    u32 type;       /* LOCK_* */
    s64 start, end; /* bytes, inclusive; S64_MAX: to the end */
    s32 pid;        /* holder, for F_GETLK; -1 for OFD */
};

/* Take or release. wait: sleep until free: -ERESTARTSYS, -EDEADLK; without:
 * -EAGAIN. -ENOLCK: no memory. */
int file_lock_set(struct caller *who, struct object *obj,
                  const struct lock_range *range, bool wait);
/* F_GETLK: what would be in the way; type LOCK_UNLOCK if nothing. */
int file_lock_test(struct caller *who, struct object *obj,
                   struct lock_range *range);
/* The description goes: its flock and OFD locks go. */
void file_locks_release(struct object *obj);
/* close(2) by a process: its POSIX locks on this inode go. */
void file_locks_close(struct caller *who, struct object *obj);
void inode_locks_destroy(struct inode *inode);

/* F_SETLEASE, F_GETLEASE. type LOCK_*. */
int file_lease_set(struct caller *who, struct file *f, u32 type);
int file_lease_get(struct file *f);

struct text;
void file_locks_show(struct text *out); /* /proc/locks */
/* fdinfo */
void file_locks_show_object(struct object *obj, struct text *out);

#endif
