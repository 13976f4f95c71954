/*
 * fcntl(F_NOTIFY): signals about what happens in a directory.
 *
 * Each is a watch of an open directory (struct file) and the handle table
 * through which it was asked for; it ends when that table closes a handle of
 * the file. The file's owner (object_owner.h) gets the signals.
 */
#ifndef FS_DNOTIFY_H
#define FS_DNOTIFY_H

#include "core/object.h"

struct caller;
struct file;

#define DN_ACCESS    0x01u
#define DN_MODIFY    0x02u
#define DN_CREATE    0x04u
#define DN_DELETE    0x08u
#define DN_RENAME    0x10u
#define DN_ATTRIB    0x20u
#define DN_MULTISHOT 0x80000000u

extern s32 dnotify_enable; /* /proc/sys/fs/dir-notify-enable */

/* Watch for DN_* events more; without any: no longer. -ENOTDIR, -EINVAL,
 * -ENOMEM. */
int dnotify_set(struct caller *who, struct handle_ref *ref, int fd, u32 events);
/* A handle of `table` that led to f was closed; NULL: the last of all. */
void dnotify_close(struct file *f, const void *table);

#endif
