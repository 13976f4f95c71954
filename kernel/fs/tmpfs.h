/*
 * tmpfs: the page cache and the dentry cache without a disk behind them.
 *
 * Names are dentries (SUPER_COMPLETE), contents are pages of the inode's
 * mapping, which are never written anywhere. Limits on blocks and inodes are
 * counted per super block. rootfs, ramfs (no limits), devtmpfs and memfd are
 * the same.
 */
#ifndef FS_TMPFS_H
#define FS_TMPFS_H

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/super.h"
#include "vm/mapping.h"

struct tmpfs_super {
    struct super_block sb;
    u64 max_blocks; /* pages; 0: no limit */
    u64 max_inodes; /* 0: no limit */
    atomic64_t used_blocks;
    atomic64_t used_inodes;
    u32 mode; /* of the root */
    kuid_t uid;
    kgid_t gid;
    u64 default_blocks, default_inodes;
    u32 default_mode;
    bool limits; /* false: ramfs */
};

struct tmpfs_xattr;

struct tmpfs_inode {
    struct inode inode;
    struct tmpfs_xattr *xattrs; /* owned; inode.lock */
    u32 seals;                  /* SEAL_*; memfd; inode.lock */
    bool allocated; /* some pages are from fallocate, and not written yet */
    struct mapping mapping; /* regular files only: must be last */
};

static inline struct tmpfs_super *tmpfs_super(const struct super_block *sb)
{
    return container_of((struct super_block *)sb, struct tmpfs_super, sb);
}
static inline struct tmpfs_inode *tmpfs_inode(const struct inode *inode)
{
    return container_of((struct inode *)inode, struct tmpfs_inode, inode);
}

extern struct file_system_type tmpfs_type, ramfs_type, rootfs_type,
    devtmpfs_type;
extern const struct inode_ops tmpfs_file_inode_ops, tmpfs_dir_inode_ops,
    tmpfs_link_inode_ops, tmpfs_special_inode_ops;

void tmpfs_init(void);
struct super_block *tmpfs_create_super(struct caller *who,
                                       struct file_system_type *type,
                                       const char *options, u32 default_mode,
                                       bool limits);
/* A new inode charged to the super block: ERR_PTR(-ENOSPC, -ENOMEM). */
struct inode *tmpfs_new_inode(struct caller *who, struct super_block *sb,
                              const struct inode *dir, u32 mode, devnum_t rdev);

int tmpfs_common_get_attributes(struct caller *who, struct inode *inode,
                                struct file_attributes *out);

/* Extended attributes: tmpfs_xattr.c */
ssize_t tmpfs_xattr_get(struct inode *inode, const char *name, void *value,
                        size_t size);
int tmpfs_xattr_set(struct inode *inode, const char *name, const void *value,
                    size_t size, u32 flags);
int tmpfs_xattr_remove(struct inode *inode, const char *name);
ssize_t tmpfs_xattr_list(struct caller *who, struct inode *inode, char *list,
                         size_t size);
void tmpfs_xattr_free_all(struct tmpfs_inode *ti);

/* memfd_create: a grant of a new unnamed file; ERR_PTR. */
struct grant *tmpfs_memfd_create(struct caller *who, const char *name,
                                 bool sealing, bool exec);
/* A file of `size` zero bytes for System V shared memory. ERR_PTR. */
struct file *tmpfs_unnamed_file(struct caller *who, const char *name, s64 size,
                                u32 mode);
/* fcntl(F_ADD_SEALS, F_GET_SEALS): -EINVAL when it is no such file. */
int tmpfs_add_seals(struct file *f, u32 seals);
int tmpfs_get_seals(struct file *f);

#endif
