/*
 * fs/: what paths and files are.
 *
 *   super.h       a mounted instance of a filesystem type
 *   inode.h       a file's body and attributes, and what can be done with it
 *   dentry.h      names: the dentry cache
 *   mount.h       mounts and mount namespaces
 *   path.h        look-up: from a name to (mount, dentry)
 *   file.h        open file descriptions, the objects that handles lead to
 *   fs_context.h  root, current directory, umask of a process
 *   vfs.h         operations by name: mkdir, rename, unlink ...
 *   pseudo.h      trees of generated files (procfs, sysfs)
 *
 * Rules: nothing here reads "the current task": a struct caller says on whose
 * behalf. Ids are kuid/kgid. A path is (mount, dentry). Functions return 0 or a
 * negative errno, the one Linux gives.
 *
 * Lock order, outermost first:
 *   file.pos_lock > mount_lock (mutex) > super_block.rename_lock >
 *   directory inode.lock (ancestor first) > other inode.lock (by address) >
 *   address_space.lock and what vm/ names > dcache_seq writer > dentry.lock
 *   (parent first) > hash bucket
 *
 * This header: plain definitions that the others share.
 */
#ifndef FS_FS_H
#define FS_FS_H

#include "lib/compiler.h"
#include "lib/errno.h"
#include "lib/types.h"

struct caller;
struct dentry;
struct file;
struct file_system_type;
struct inode;
struct mount;
struct object;
struct path;
struct super_block;

#define NAME_MAX 255
#define PATH_MAX 4096 /* with the NUL */
#define LINK_MAX 40   /* symbolic links followed in one look-up */

/* File types and permission bits: Linux's values. */
#define S_IFMT    0170000u
#define S_IFSOCK  0140000u
#define S_IFLNK   0120000u
#define S_IFREG   0100000u
#define S_IFBLK   0060000u
#define S_IFDIR   0040000u
#define S_IFCHR   0020000u
#define S_IFIFO   0010000u
#define S_ISUID   04000u
#define S_ISGID   02000u
#define S_ISVTX   01000u
#define S_IALLUGO 07777u

#define S_ISLNK(m)  (((m)&S_IFMT) == S_IFLNK)
#define S_ISREG(m)  (((m)&S_IFMT) == S_IFREG)
#define S_ISDIR(m)  (((m)&S_IFMT) == S_IFDIR)
#define S_ISCHR(m)  (((m)&S_IFMT) == S_IFCHR)
#define S_ISBLK(m)  (((m)&S_IFMT) == S_IFBLK)
#define S_ISFIFO(m) (((m)&S_IFMT) == S_IFIFO)
#define S_ISSOCK(m) (((m)&S_IFMT) == S_IFSOCK)

/* Directory entry types: DT_* is the file type shifted. */
static inline u8 mode_to_dtype(u32 mode)
{
    return (u8)((mode & S_IFMT) >> 12);
}
#define DT_UNKNOWN 0
#define DT_FIFO    1
#define DT_CHR     2
#define DT_DIR     4
#define DT_BLK     6
#define DT_REG     8
#define DT_LNK     10
#define DT_SOCK    12

/* Device numbers inside the kernel; abi/ converts. */
typedef u32 devnum_t;
#define DEVNUM(major, minor) ((devnum_t)((major) << 20 | (minor)))
#define DEV_MAJOR(d)         ((u32)(d) >> 20)
#define DEV_MINOR(d)         ((u32)(d)&0xfffffu)
/* As st_dev of newer calls has it (64 bits). */
static inline u64 devnum_encode(devnum_t d)
{
    u32 major = DEV_MAJOR(d), minor = DEV_MINOR(d);

    return (minor & 0xff) | major << 8 | (u64)(minor & ~0xffu) << 12;
}
static inline devnum_t devnum_decode(u64 d)
{
    return DEVNUM((u32)(d >> 8) & 0xfff,
                  (u32)(d & 0xff) | ((u32)(d >> 12) & 0xfff00));
}

struct file_time {
    s64 seconds; /* since 1970 */
    u32 nanoseconds;
};
struct file_time file_time_now(void);
static inline int file_time_compare(struct file_time a, struct file_time b)
{
    if (a.seconds != b.seconds)
        return a.seconds < b.seconds ? -1 : 1;
    if (a.nanoseconds != b.nanoseconds)
        return a.nanoseconds < b.nanoseconds ? -1 : 1;
    return 0;
}

/* (mount, dentry). Whoever holds one says whether it owns the references. */
struct path {
    struct mount *mnt;
    struct dentry *dentry;
};
void path_get(const struct path *p); /* both members are referenced already */
void path_put(const struct path *p); /* may sleep */
static inline bool path_equal(const struct path *a, const struct path *b)
{
    return a->mnt == b->mnt && a->dentry == b->dentry;
}

void fs_init(void); /* caches, rootfs, the first mount namespace */

#endif
