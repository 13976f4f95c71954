/*
 * The filesystem context of a process: root and current directory, each a
 * directory grant, and the umask. Shared by CLONE_FS.
 *
 * `lock` guards the members; `seq` lets lockless walks read the paths. A grant
 * that is revoked leaves its member `lost`: look-ups from there give -EBADF.
 */
#ifndef FS_FS_CONTEXT_H
#define FS_FS_CONTEXT_H

#include "core/lock.h"
#include "core/object.h"
#include "fs/fs.h"
#include "lib/refcount.h"

struct directory_use {
    struct path path;         /* owned: the same as grant's object */
    struct grant *grant;      /* owned */
    struct grant_use use;     /* revocation */
    struct fs_context *owner; /* borrowed: it ends the use before it goes */
    u32 rights;
    atomic_t lost;
    bool used; /* the grant knows of it */
};

struct fs_context {
    refcount_t refs;
    atomic_t users; /* tasks, of the references: CLONE_FS */
    bool in_exec;   /* closed to further users; lock */
    u32 umask;
    struct list_head link; /* of all contexts; contexts_lock */
    spinlock_t lock;
    seqcount_t seq;
    atomic_t lost;                            /* a use below was revoked */
    struct path root, cwd;                    /* borrowed from the uses below */
    struct directory_use *root_use, *cwd_use; /* owned */
};

/* The first one: both are the root of the first mount namespace. */
struct fs_context *fs_context_create(const struct path *root);
struct fs_context *fs_context_copy(struct fs_context *fs); /* ERR_PTR */
struct fs_context *fs_context_get(struct fs_context *fs);
void fs_context_put(struct fs_context *fs);
/* Referenced copies of the paths. -EBADF: the grant was revoked. */
int fs_context_root(struct fs_context *fs, struct path *out);
int fs_context_cwd(struct fs_context *fs, struct path *out, u32 *rights);
/* chdir, chroot: a path the caller holds, or through a handle's grant. */
int fs_context_set_cwd(struct fs_context *fs, const struct path *path,
                       struct grant *grant);
int fs_context_set_root(struct fs_context *fs, const struct path *path,
                        struct grant *grant);
/* pivot_root: whoever has root or cwd at `from` gets `to`. */
void fs_context_replace_all(const struct path *from, const struct path *to);
void fs_context_init(void); /* registers fs_context_ops with proc/ */

#endif
