/*
 * Look-up: from a name to (mount, dentry).
 *
 * A walk starts at a directory grant: root, cwd, or a handle. It first runs
 * without locks or references under RCU (path_fast.c), checking permission per
 * component, and takes references on the result only; what it cannot do
 * (not cached, needs the filesystem) is done again by the referenced walk
 * (path_walk.c).
 *
 * In capability mode (CALLER_CAPABILITY) a walk stays beneath the grant that it
 * starts at: absolute names, absolute symlinks and ".." above it give -EXDEV.
 */
#ifndef FS_PATH_H
#define FS_PATH_H

#include "core/object.h"
#include "fs/dentry.h"
#include "fs/fs.h"

#define AT_FDCWD            (-100)
#define AT_SYMLINK_NOFOLLOW 0x100u
#define AT_EMPTY_PATH       0x1000u

#define WALK_FOLLOW     BIT(0) /* follow a symlink at the end */
#define WALK_DIRECTORY  BIT(1) /* the result must be a directory: ENOTDIR */
#define WALK_EMPTY      BIT(2) /* "" means the start itself */
#define WALK_PARENT     BIT(3) /* stop before the last component */
#define WALK_NO_MOUNT   BIT(4) /* do not enter a mount at the end (umount) */
#define WALK_REVALIDATE BIT(5)
#define WALK_CREATE     BIT(6) /* last component is about to be created */
#define WALK_EXCLUSIVE  BIT(7)
/* openat2's RESOLVE_* */
#define WALK_NO_XDEV       BIT(8)
#define WALK_NO_MAGICLINKS BIT(9)
#define WALK_NO_SYMLINKS   BIT(10)
#define WALK_BENEATH       BIT(11)
#define WALK_IN_ROOT       BIT(12)
#define WALK_CACHED        BIT(13)

/* /proc/sys/fs/protected_* */
extern s32 protected_fifos, protected_regular;
extern bool protected_symlinks;
/* May a walk with these flags follow `link`, found in `dir`, as the last
 * component? 0, -ELOOP, -EACCES. */
int path_may_follow(const struct caller *who, const struct inode *dir,
                    const struct path *link, bool is_last, u32 flags);

/* Where a walk starts when the name is relative. */
struct walk_start {
    struct path path;      /* borrowed from `grant` or the caller */
    struct grant *grant;   /* NULL: kernel, or path given directly */
    u32 rights;            /* of the grant; RIGHT_ALL without one */
    struct handle_ref ref; /* held when `held` */
    bool held;             /* `ref` is to be given back */
    bool owned;            /* references on path are ours */
};

/* Find out where dirfd leads: AT_FDCWD, or a handle with RIGHT_LOOKUP.
 * -EBADF, -ENOTDIR (unless WALK_EMPTY and the name is empty). */
int walk_start_get(struct caller *who, int dirfd, const char *name, u32 flags,
                   struct walk_start *start);
void walk_start_put(struct walk_start *start);

/* The whole look-up; *out is referenced. */
int path_lookup(struct caller *who, int dirfd, const char *name, u32 flags,
                struct path *out);
/* Also the rights of the grant that the walk started at, RIGHT_ALL without one:
 * in capability mode what is found has no more. */
int path_lookup_rights(struct caller *who, int dirfd, const char *name,
                       u32 flags, struct path *out, u32 *rights);
/* From a path that the caller holds. */
int path_lookup_from(struct caller *who, const struct path *base,
                     const char *name, u32 flags, struct path *out);

/*
 * Look up all but the last component: *parent is referenced, *last points into
 * `name` or into memory that path_parent_done() frees. `kind` tells what the
 * last component is.
 */
enum last_kind {
    LAST_NORMAL,
    LAST_ROOT,   /* "/" only */
    LAST_DOT,    /* "." */
    LAST_DOTDOT, /* ".." */
};
struct path_parent {
    struct path parent; /* owned */
    struct name_part last;
    enum last_kind kind;
    bool trailing_slash; /* "name/" */
    u32 rights;          /* of the grant that the walk started at */
    char *link_text;     /* owned: name came out of a symlink */
};
int path_parent(struct caller *who, int dirfd, const char *name, u32 flags,
                struct path_parent *out);
/* The same from a path that the caller holds (a symlink's text). */
int path_parent_from(struct caller *who, const struct path *base,
                     const char *name, u32 flags, struct path_parent *out);
void path_parent_done(struct path_parent *p);

/*
 * The walk without references. path_peek() returns true inside an RCU read
 * section with *path borrowed, *seq to be checked by path_peek_end(), which
 * leaves the section and tells whether all that was read is valid. False: use
 * path_lookup(). *error is set when the answer is a definite errno (then it
 * returns true too, and *path is empty).
 */
bool path_peek(struct caller *who, int dirfd, const char *name, u32 flags,
               struct path *path, u32 *seq, int *error);
bool path_peek_end(u32 seq);
/* The walk without locks that ends with references: 0, -errno, or 1 when the
 * referenced walk has to do it. With WALK_PARENT fills in last and kind. */
struct path_parent;
int path_fast(struct caller *who, const struct path *base, const char *name,
              u32 flags, struct path *out, struct path_parent *last);

/* One component in a directory that the caller holds (no mounts crossed, no
 * permission check): a referenced dentry, maybe negative; ERR_PTR. The
 * directory is locked by the caller (`locked`), or must not be. */
struct dentry *path_lookup_child(struct caller *who, struct dentry *dir,
                                 const struct name_part *name, bool locked);

/*
 * The text of a path as seen from `root` (NULL: the namespace's root):
 * "/usr/bin". Written at the end of the buffer; returns its start, or
 * ERR_PTR(-ENAMETOOLONG). *unreachable (may be NULL) tells that it is not below
 * root (getcwd prints "(unreachable)"); deleted names get " (deleted)" unless
 * `plain`.
 */
char *path_text(const struct path *path, const struct path *root, char *buffer,
                size_t size, bool *unreachable, bool plain);

/* The path of a dentry inside its own filesystem. */
char *dentry_text(struct dentry *d, char *buffer, size_t size);

/* Read a symlink's text: kmalloc'ed copy or ERR_PTR(-EINVAL). */
char *path_read_link(struct caller *who, const struct path *path);

#endif
