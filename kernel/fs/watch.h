/*
 * Watches on inodes: inotify and dnotify (dnotify.h) are their users.
 *
 * Places where something happens to a file call watch_event() and its
 * relatives, which cost a load while nobody watches anything. An inode's
 * watches are guarded by watch_lock (in watch.c); watches hold their inode, and
 * end with its super block.
 */
#ifndef FS_WATCH_H
#define FS_WATCH_H

#include "fs/dentry.h"
#include "fs/inode.h"
#include "lib/atomic.h"

/* inotify's event bits. */
#define WATCH_ACCESS        0x00000001u
#define WATCH_MODIFY        0x00000002u
#define WATCH_ATTRIB        0x00000004u
#define WATCH_CLOSE_WRITE   0x00000008u
#define WATCH_CLOSE_NOWRITE 0x00000010u
#define WATCH_OPEN          0x00000020u
#define WATCH_MOVED_FROM    0x00000040u
#define WATCH_MOVED_TO      0x00000080u
#define WATCH_CREATE        0x00000100u
#define WATCH_DELETE        0x00000200u
#define WATCH_DELETE_SELF   0x00000400u
#define WATCH_MOVE_SELF     0x00000800u
#define WATCH_ALL_EVENTS    0x00000fffu
#define WATCH_RENAME        0x00001000u /* for dnotify: within a directory */
#define WATCH_UNMOUNT       0x00002000u
#define WATCH_Q_OVERFLOW    0x00004000u
#define WATCH_IGNORED       0x00008000u
#define WATCH_ONLYDIR       0x01000000u
#define WATCH_DONT_FOLLOW   0x02000000u
#define WATCH_EXCL_UNLINK   0x04000000u
#define WATCH_MASK_CREATE   0x10000000u
#define WATCH_MASK_ADD      0x20000000u
#define WATCH_ISDIR         0x40000000u
#define WATCH_ONESHOT       0x80000000u

extern atomic_t watch_count; /* watches in the whole system */

/* Slow halves; call the inline ones. */
void watch_report_dentry(struct dentry *d, u32 mask);
void watch_report_name(struct inode *dir, const struct dentry_name *name,
                       struct inode *child, u32 mask, u32 cookie);
void watch_report_inode(struct inode *inode, u32 mask);

/* Something happened to the file at d: told to its watches and its parent's. */
static inline void watch_dentry(struct dentry *d, u32 mask)
{
    if (unlikely(atomic_load(&watch_count)))
        watch_report_dentry(d, mask);
}
/* A name in dir appeared or went. */
static inline void watch_name(struct inode *dir, struct dentry *d, u32 mask)
{
    if (unlikely(atomic_load(&watch_count)))
        watch_report_name(dir, d->name, d->inode,
                          mask | (S_ISDIR(d->inode->mode) ? WATCH_ISDIR : 0),
                          0);
}
static inline void watch_inode(struct inode *inode, u32 mask)
{
    if (unlikely(atomic_load(&watch_count)))
        watch_report_inode(inode, mask);
}
/* The file's last name and last user went: DELETE_SELF, then no watches. */
void watch_inode_gone(struct inode *inode);
/* The last mount went: UNMOUNT to every watch on sb's inodes, then no watches
 * and none of their references. May sleep. */
void watch_super_gone(struct super_block *sb);
u32 watch_cookie(void); /* for a pair of MOVED_FROM and MOVED_TO */
void inode_watches_destroy(struct inode *inode);

/* /proc/sys/fs/inotify */
/* Of one user; events: of one instance. */
extern s32 inotify_max_watches, inotify_max_instances, inotify_max_events;

/* inotify_init1: a grant of an OBJECT_INOTIFY; ERR_PTR. */
struct grant *inotify_create(struct caller *who, bool nonblock);
/* inotify_add_watch: the descriptor or errno. */
int inotify_add(struct caller *who, struct object *obj, const struct path *path,
                u32 mask);
int inotify_remove(struct object *obj, s32 descriptor);

#endif
