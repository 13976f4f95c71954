/*
 * Operations by name, as the system calls need them: permission checks, locks,
 * errnos in Linux's order. Names are kernel copies, NUL-terminated.
 */
#ifndef FS_VFS_H
#define FS_VFS_H

#include "fs/inode.h"
#include "fs/path.h"

#define RENAME_NOREPLACE 1u
#define RENAME_EXCHANGE  2u
#define RENAME_WHITEOUT  4u

extern bool protected_hardlinks; /* /proc/sys/fs/protected_hardlinks */

int vfs_mkdir(struct caller *who, int dirfd, const char *name, u32 mode);
int vfs_mknod(struct caller *who, int dirfd, const char *name, u32 mode,
              devnum_t dev);
int vfs_symlink(struct caller *who, const char *target, int dirfd,
                const char *name);
/* walk: WALK_FOLLOW and WALK_EMPTY for the old name. */
int vfs_link(struct caller *who, int old_dirfd, const char *old_name,
             int new_dirfd, const char *new_name, u32 walk);
int vfs_unlink(struct caller *who, int dirfd, const char *name);
/* The same from a directory that the caller holds. */
int vfs_unlink_from(struct caller *who, const struct path *base,
                    const char *name);
int vfs_rmdir(struct caller *who, int dirfd, const char *name);
int vfs_rename(struct caller *who, int old_dirfd, const char *old_name,
               int new_dirfd, const char *new_name, u32 flags);

/* Bind of an AF_UNIX socket: create a socket inode; *out is referenced. */
int vfs_create_socket(struct caller *who, const char *name, u32 mode,
                      struct path *out);

int vfs_set_attributes(struct caller *who, const struct path *path,
                       struct set_attributes *set);
int vfs_attributes(struct caller *who, const struct path *path,
                   struct file_attributes *out);
int vfs_truncate(struct caller *who, const struct path *path, s64 size);
int file_truncate(struct caller *who, struct file *f, s64 size);
int file_fallocate(struct caller *who, struct file *f, u32 mode, s64 offset,
                   s64 length);
/* access(2): mask of MAY_READ/WRITE/EXEC with the cred in `who`. */
int vfs_access(struct caller *who, const struct path *path, u32 mask);

ssize_t vfs_xattr_get(struct caller *who, const struct path *path,
                      const char *name, void *value, size_t size);
int vfs_xattr_set(struct caller *who, const struct path *path, const char *name,
                  const void *value, size_t size, u32 flags);
int vfs_xattr_remove(struct caller *who, const struct path *path,
                     const char *name);
ssize_t vfs_xattr_list(struct caller *who, const struct path *path, char *list,
                       size_t size);

struct file_system_statistics;
int vfs_statistics(const struct path *path, struct file_system_statistics *s);
u64 mount_statfs_flags(const struct mount *m);

#endif
