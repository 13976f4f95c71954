/*
 * What watch.c and the users of watches (inotify in watch.c, dnotify.c) share.
 */
#ifndef FS_WATCH_INTERNAL_H
#define FS_WATCH_INTERNAL_H

#include "fs/watch.h"

struct inotify;

struct watch {
    struct list_head inode_link, instance_link, super_link;
    struct inode *inode;      /* owned */
    struct inotify *instance; /* NULL: of dnotify */
    s32 wd;
    u32 mask;
};

extern spinlock_t watch_lock;

/* All of an inode; watch_lock, after watch_prepare(). */
struct list_head *watch_list(struct inode *inode);
/* The list is there. May sleep; -ENOMEM. */
int watch_prepare(struct inode *inode);
/* Both with watch_lock held. An unlinked one goes on a list by its inode_link,
 * for watch_free_gone() without the lock. */
void watch_link(struct watch *w, struct inode *inode);
void watch_unlink(struct watch *w);
void watch_free_gone(struct list_head *gone);

/* Something that a directory's dnotify watch asks for; watch_lock is held. The
 * signal goes on `signals`, for dnotify_send() without locks. */
void dnotify_event(struct watch *w, struct list_head *signals);
void dnotify_send(struct list_head *signals);
void dnotify_free(struct watch *w);

#endif
