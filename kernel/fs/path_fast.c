/*
 * The walk without locks and references.
 *
 * Everything happens inside one RCU read section: dentries, inodes, mounts and
 * symlink texts are freed only after it. dcache_seq, read at the start and
 * compared at the end, tells whether a rename or a change of mounts happened
 * meanwhile. Whatever is unusual (not in the cache, a filesystem with its own
 * permission check, revalidation, openat2's restrictions) is left to
 * path_walk.c by returning GIVE_UP.
 */
#include "fs/path.h"

#include "core/caller.h"
#include "core/rcu.h"
#include "fs/file.h"
#include "fs/fs_context.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/super.h"
#include "lib/string.h"

#define GIVE_UP    1
#define FAST_LINKS 8

#define WALK_RESTRICTED                                                    \
    (WALK_NO_XDEV | WALK_NO_MAGICLINKS | WALK_NO_SYMLINKS | WALK_BENEATH | \
     WALK_IN_ROOT)

struct fast_walk {
    struct caller *who;
    struct mount *mnt;
    struct dentry *dentry;
    struct inode *inode;
    struct path root;
    u32 flags;
    u32 depth;
    const char *rest[FAST_LINKS]; /* of the texts that links interrupted */
    struct path_parent *last;     /* WALK_PARENT */
};

static inline int may_search(struct fast_walk *w)
{
    struct inode *inode = w->inode;
    u32 mode = READ_ONCE(inode->mode);

    if (unlikely(!S_ISDIR(mode)))
        return -ENOTDIR;
    if (unlikely(inode->ops->permission != NULL))
        return GIVE_UP;
    if (likely((mode & 0111) == 0111))
        return 0;
    return inode_permission(w->who, inode, MAY_EXEC);
}

static int step_dotdot(struct fast_walk *w)
{
    struct dentry *parent;

    for (;;) {
        if (w->dentry == w->root.dentry && w->mnt == w->root.mnt)
            return 0;
        if (w->dentry != READ_ONCE(w->mnt->root))
            break;
        struct mount *up = READ_ONCE(w->mnt->parent);
        struct dentry *point = READ_ONCE(w->mnt->mountpoint);

        if (up == w->mnt)
            return 0;
        if (!up || !point)
            return GIVE_UP;
        w->mnt = up;
        w->dentry = point;
    }
    parent = READ_ONCE(w->dentry->parent);
    w->dentry = parent;
    /* Something may be mounted on top of the parent. */
    while (READ_ONCE(w->dentry->flags) & DENTRY_MOUNTED) {
        struct mount *on_top = mount_lookup_rcu(w->mnt, w->dentry);

        if (!on_top)
            break;
        w->mnt = on_top;
        w->dentry = on_top->root;
    }
    w->inode = READ_ONCE(w->dentry->inode);
    return w->inode ? 0 : GIVE_UP;
}

/* One name in the current directory. -ENOENT is definite. */
static inline int step_name(struct fast_walk *w, const struct name_part *part,
                            bool last, struct dentry **link)
{
    struct dentry *d = dentry_find_rcu(w->dentry, part);
    struct inode *inode;
    u32 flags;

    *link = NULL;
    if (unlikely(!d))
        return w->dentry->sb->flags & SUPER_COMPLETE ? -ENOENT : GIVE_UP;
    flags = READ_ONCE(d->flags);
    if (unlikely(flags & DENTRY_REVALIDATE))
        return GIVE_UP;
    inode = READ_ONCE(d->inode);
    if (unlikely(!inode))
        return -ENOENT;
    if (unlikely(flags & DENTRY_MOUNTED) &&
        !(last && w->flags & WALK_NO_MOUNT)) {
        struct mount *on_top;

        while ((on_top = mount_lookup_rcu(w->mnt, d))) {
            w->mnt = on_top;
            d = on_top->root;
            if (!(READ_ONCE(d->flags) & DENTRY_MOUNTED))
                break;
        }
        inode = READ_ONCE(d->inode);
        if (!inode)
            return GIVE_UP;
    }
    if (unlikely(S_ISLNK(inode->mode))) {
        *link = d;
        return 0;
    }
    w->dentry = d;
    w->inode = inode;
    return 0;
}

/* Pops what is left to walk after a link's text has ended. */
static const char *pop_rest(struct fast_walk *w)
{
    return w->depth ? w->rest[--w->depth] : NULL;
}

static int walk(struct fast_walk *w, const char *name)
{
    u32 links = 0;
    bool must_be_directory = w->flags & WALK_DIRECTORY;
    int error;

    if (!*name)
        return GIVE_UP;
    for (;;) {
        struct name_part part;
        struct dentry *link;
        const char *end, *rest;
        bool is_last, slash;

        if (*name == '/') {
            /* Only at the start of a text: afterwards slashes are eaten. */
            w->mnt = w->root.mnt;
            w->dentry = w->root.dentry;
            w->inode = READ_ONCE(w->dentry->inode);
            while (*name == '/')
                name++;
            if (!*name) {
                if (w->depth) {
                    name = pop_rest(w);
                    continue;
                }
                if (w->flags & WALK_PARENT)
                    return GIVE_UP;
                return 0;
            }
        }
        error = may_search(w);
        if (unlikely(error))
            return error;
        for (end = name; *end && *end != '/'; end++)
            ;
        if (unlikely(end - name > NAME_MAX))
            return -ENAMETOOLONG;
        slash = *end == '/';
        for (rest = end; *rest == '/'; rest++)
            ;
        is_last = !*rest && !w->depth;
        if (is_last && slash)
            must_be_directory = true;

        if (unlikely(name[0] == '.') &&
            (end - name == 1 || (end - name == 2 && name[1] == '.'))) {
            if (is_last && w->flags & WALK_PARENT)
                return GIVE_UP;
            if (end - name == 2) {
                error = step_dotdot(w);
                if (error)
                    return error;
            }
        } else {
            part = name_part(name, (u32)(end - name));
            if (is_last && w->flags & WALK_PARENT) {
                if (links) /* the text may go away */
                    return GIVE_UP;
                w->last->last = part;
                w->last->kind = LAST_NORMAL;
                w->last->trailing_slash = slash;
                return 0;
            }
            error = step_name(w, &part, is_last, &link);
            if (unlikely(error))
                return error;
            if (unlikely(link != NULL)) {
                struct inode *inode = READ_ONCE(link->inode);
                const char *text = READ_ONCE(inode->link);

                if (is_last && !slash && !(w->flags & WALK_FOLLOW)) {
                    if (must_be_directory)
                        return -ENOTDIR;
                    w->dentry = link;
                    w->inode = inode;
                    return 0;
                }
                if ((w->inode->mode & (S_ISVTX | 02)) == (S_ISVTX | 02) ||
                    !text || ++links > FAST_LINKS ||
                    w->mnt->flags & MOUNT_NOSYMFOLLOW || w->flags & WALK_PARENT)
                    return GIVE_UP;
                if (!*text)
                    return -ENOENT;
                if (*rest)
                    w->rest[w->depth++] = rest;
                name = text;
                continue;
            }
        }
        if (*rest) {
            name = rest;
            continue;
        }
        name = pop_rest(w);
        if (!name)
            break;
    }
    if (must_be_directory && !S_ISDIR(w->inode->mode))
        return -ENOTDIR;
    return 0;
}

/* Begin in an RCU section; the result is in w, `seq` to be compared. */
static int fast_begin(struct fast_walk *w, struct caller *who,
                      const struct path *base, const char *name, u32 flags,
                      u32 *seq)
{
    struct fs_context *fs = who->fs;
    u32 fs_seq;

    if (flags & WALK_RESTRICTED || who->flags & CALLER_CAPABILITY || !fs)
        return GIVE_UP;
    w->who = who;
    w->flags = flags;
    w->depth = 0;
    *seq = READ_ONCE(dcache_seq.sequence);
    if (*seq & 1)
        return GIVE_UP;
    smp_rmb();
    fs_seq = READ_ONCE(fs->seq.sequence);
    if (fs_seq & 1 || atomic_load(&fs->lost))
        return GIVE_UP;
    smp_rmb();
    w->root = fs->root;
    if (base) {
        w->mnt = base->mnt;
        w->dentry = base->dentry;
    } else {
        w->mnt = fs->cwd.mnt;
        w->dentry = fs->cwd.dentry;
    }
    if (seq_retry(&fs->seq, fs_seq))
        return GIVE_UP;
    w->inode = READ_ONCE(w->dentry->inode);
    if (!w->inode)
        return GIVE_UP;
    return walk(w, name);
}

bool path_peek_end(u32 seq)
{
    bool valid = !seq_retry(&dcache_seq, seq);

    rcu_read_unlock();
    return valid;
}

bool path_peek(struct caller *who, int dirfd, const char *name, u32 flags,
               struct path *path, u32 *seq, int *error)
{
    struct fast_walk w;
    int result;

    if (dirfd != AT_FDCWD && *name != '/')
        return false;
    rcu_read_lock();
    result = fast_begin(&w, who, NULL, name, flags, seq);
    if (result > 0) {
        rcu_read_unlock();
        return false;
    }
    *error = result;
    path->mnt = result ? NULL : w.mnt;
    path->dentry = result ? NULL : w.dentry;
    return true;
}

int path_fast(struct caller *who, const struct path *base, const char *name,
              u32 flags, struct path *out, struct path_parent *last)
{
    struct fast_walk w;
    u32 seq;
    int result;

    w.last = last;
    rcu_read_lock();
    result = fast_begin(&w, who, base, name, flags, &seq);
    if (result) {
        if (result < 0 && seq_retry(&dcache_seq, seq))
            result = GIVE_UP;
        rcu_read_unlock();
        return result;
    }
    if (!refcount_inc_not_zero(&w.mnt->refs)) {
        rcu_read_unlock();
        return GIVE_UP;
    }
    out->mnt = w.mnt;
    out->dentry = w.dentry;
    if (!dentry_get_unless_dead(w.dentry)) {
        rcu_read_unlock();
        mount_put(w.mnt);
        return GIVE_UP;
    }
    if (unlikely(seq_retry(&dcache_seq, seq))) {
        rcu_read_unlock();
        path_put(out);
        return GIVE_UP;
    }
    rcu_read_unlock();
    return 0;
}
