/*
 * The referenced walk: does everything, one reference per step. path_fast.c
 * handles the common case; both have the same rules.
 */
#include "fs/path.h"

#include "core/caller.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/fs_context.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/super.h"
#include "lib/string.h"

struct walk_frame {
    const char *rest; /* what follows the link */
    char *text;       /* owned: what `rest` points into; NULL: the name */
};

struct walk {
    struct caller *who;
    struct path at;   /* owned */
    struct path root; /* owned */
    struct path base; /* borrowed: where it started */
    u32 flags;
    u32 links, depth;
    u32 seq;    /* dcache_seq at the start */
    char *text; /* owned: the link text being walked, or NULL */
    struct walk_frame frames[LINK_MAX];
};

void path_get(const struct path *p)
{
    mount_get(p->mnt);
    dentry_get(p->dentry);
}

void path_put(const struct path *p)
{
    if (p->dentry)
        dentry_put(p->dentry);
    if (p->mnt)
        mount_put(p->mnt);
}

/* Move to another place, whose references are taken over. */
static void walk_move(struct walk *w, struct path to)
{
    struct path old = w->at;

    w->at = to;
    path_put(&old);
}

static int walk_jump_root(struct walk *w)
{
    if (w->flags & WALK_BENEATH)
        return -EXDEV;
    if (w->flags & WALK_NO_XDEV && (w->links || w->at.mnt != w->root.mnt))
        return -EXDEV;
    path_get(&w->root);
    walk_move(w, w->root);
    return 0;
}

static int lookup_miss(struct caller *who, struct dentry *dir,
                       const struct name_part *name, struct dentry **out)
{
    struct inode *inode = dir->inode;
    struct dentry *d;
    int error;

    if (inode->flags & INODE_DEAD)
        return -ENOENT;
    d = dentry_find(dir, name);
    if (d) {
        *out = d;
        return 0;
    }
    d = dentry_alloc(dir, *name);
    if (!d)
        return -ENOMEM;
    error = 0;
    if (!(dir->sb->flags & SUPER_COMPLETE)) {
        if (name->length > NAME_MAX)
            error = -ENAMETOOLONG;
        else if (!inode->ops->lookup)
            error = -ENOTDIR;
        else
            error = inode->ops->lookup(inode, d);
    }
    if (error) {
        dentry_put(d);
        return error;
    }
    (void)who;
    *out = d;
    return 0;
}

struct dentry *path_lookup_child(struct caller *who, struct dentry *dir,
                                 const struct name_part *name, bool locked)
{
    struct dentry *d;
    int error;

    if (name->length > NAME_MAX)
        return ERR_PTR(-ENAMETOOLONG);
again:
    d = dentry_find(dir, name);
    if (d) {
        if (!(READ_ONCE(d->flags) & DENTRY_REVALIDATE))
            return d;
        error = d->ops->revalidate(who, d);
        if (error > 0)
            return d;
        if (error == 0) {
            dentry_prune(d);
            dentry_unhash(d);
        }
        dentry_put(d);
        if (error < 0)
            return ERR_PTR(error);
    }
    if (!locked)
        write_lock(&dir->inode->lock);
    error = lookup_miss(who, dir, name, &d);
    if (!locked)
        write_unlock(&dir->inode->lock);
    if (error)
        return ERR_PTR(error);
    if (READ_ONCE(d->flags) & DENTRY_HASHED && d->flags & DENTRY_REVALIDATE &&
        d->ops->revalidate(who, d) == 0) {
        dentry_put(d);
        goto again;
    }
    return d;
}

/* The child, referenced and positive, or -ENOENT without allocating one. */
static struct dentry *walk_child(struct walk *w, const struct name_part *part)
{
    struct dentry *dir = w->at.dentry, *d;

    if (dir->sb->flags & SUPER_COMPLETE) {
        d = dentry_find(dir, part);
        if (!d)
            return ERR_PTR(-ENOENT);
    } else {
        if (w->flags & WALK_CACHED)
            return ERR_PTR(-EAGAIN);
        d = path_lookup_child(w->who, dir, part, false);
        if (IS_ERR(d))
            return d;
    }
    if (dentry_negative(d)) {
        dentry_put(d);
        return ERR_PTR(-ENOENT);
    }
    return d;
}

static int walk_dotdot(struct walk *w)
{
    for (;;) {
        struct path up;

        if (path_equal(&w->at, &w->root))
            return w->flags & WALK_BENEATH ? -EXDEV : 0;
        if (w->flags & (WALK_BENEATH | WALK_IN_ROOT) &&
            path_equal(&w->at, &w->base))
            return w->flags & WALK_BENEATH ? -EXDEV : 0;
        if (w->at.dentry != w->at.mnt->root) {
            rcu_read_lock();
            up.dentry = READ_ONCE(w->at.dentry->parent);
            while (!dentry_get_unless_dead(up.dentry))
                up.dentry = READ_ONCE(w->at.dentry->parent);
            rcu_read_unlock();
            up.mnt = mount_get(w->at.mnt);
            walk_move(w, up);
            break;
        }
        if (!path_ascend_mount(&w->at))
            return 0;
        if (w->flags & WALK_NO_XDEV)
            return -EXDEV;
    }
    path_descend_mounts(&w->at);
    /* What moved meanwhile may have taken the walk out of where it has to
     * stay, without passing `base`. */
    if (w->flags & (WALK_BENEATH | WALK_IN_ROOT) &&
        seq_retry(&dcache_seq, w->seq))
        return -EAGAIN;
    return 0;
}

/* Start on a link's text; what follows the link is pushed. */
static int walk_push(struct walk *w, char *text, const char *rest)
{
    if (*rest) {
        w->frames[w->depth].rest = rest;
        w->frames[w->depth].text = w->text;
        w->depth++;
    } else {
        kfree(w->text);
    }
    w->text = text;
    return 0;
}

bool protected_symlinks = true;

/* In a sticky directory that all may write to, only links of one's own and of
 * the directory's owner are followed. */
static bool is_trusted(const struct caller *who, const struct inode *dir,
                       const struct inode *link)
{
    if (!protected_symlinks || who->flags & CALLER_KERNEL)
        return true;
    if ((dir->mode & (S_ISVTX | 02)) != (S_ISVTX | 02))
        return true;
    return kuid_equal(who->cred->fsuid, link->uid) ||
           kuid_equal(dir->uid, link->uid);
}

int path_may_follow(const struct caller *who, const struct inode *dir,
                    const struct path *link, bool is_last, u32 flags)
{
    struct inode *inode = link->dentry->inode;

    if (is_last && !is_trusted(who, dir, inode))
        return -EACCES;
    if (flags & WALK_NO_SYMLINKS || link->mnt->flags & MOUNT_NOSYMFOLLOW)
        return -ELOOP;
    if (inode->ops->follow_link && flags & WALK_NO_MAGICLINKS)
        return -ELOOP;
    return 0;
}

static int walk_link(struct walk *w, struct path *link, const char *rest,
                     const char **next)
{
    struct inode *inode = link->dentry->inode;
    struct path to;
    char *text;
    int error;

    if (++w->links > LINK_MAX)
        return -ELOOP;
    error = path_may_follow(w->who, w->at.dentry->inode, link,
                            !*rest && !w->depth, w->flags);
    if (error)
        return error;
    inode_touch_accessed(link);
    if (inode->ops->follow_link) {
        error = inode->ops->follow_link(w->who, link->dentry, &to);
        if (error <= 0) {
            if (error)
                return error;
            if (w->flags & (WALK_BENEATH | WALK_IN_ROOT)) {
                path_put(&to);
                return -EXDEV;
            }
            if (w->flags & WALK_NO_XDEV && to.mnt != w->at.mnt) {
                path_put(&to);
                return -EXDEV;
            }
            walk_move(w, to);
            *next = rest;
            return 1;
        }
        /* > 0: it is an ordinary link after all */
    }
    text = path_read_link(w->who, link);
    if (IS_ERR(text))
        return (int)PTR_ERR(text);
    if (!*text) {
        kfree(text);
        return -ENOENT;
    }
    walk_push(w, text, rest);
    *next = text;
    return 0;
}

static int walk_may_search(struct walk *w)
{
    struct inode *inode = w->at.dentry->inode;

    if (!S_ISDIR(inode->mode))
        return -ENOTDIR;
    return inode_permission(w->who, inode, MAY_EXEC);
}

/* Where walk_step() leaves the last component of WALK_PARENT. */
static void set_last(struct path_parent *out, enum last_kind kind,
                     const char *text, u32 length, bool slash)
{
    out->kind = kind;
    out->last = name_part(text, length);
    out->trailing_slash = slash;
}

static enum last_kind kind_of(const char *text, size_t n)
{
    if (text[0] != '.' || n > 2)
        return LAST_NORMAL;
    if (n == 1)
        return LAST_DOT;
    return text[1] == '.' ? LAST_DOTDOT : LAST_NORMAL;
}

/* Enter the child: follows a link (then *next is its text) or moves there. */
static int walk_enter(struct walk *w, const struct name_part *part,
                      const char *rest, bool is_last, bool follow,
                      const char **next)
{
    struct path to;
    int error;

    to.dentry = walk_child(w, part);
    if (IS_ERR(to.dentry))
        return (int)PTR_ERR(to.dentry);
    to.mnt = mount_get(w->at.mnt);
    if (!(is_last && w->flags & WALK_NO_MOUNT)) {
        path_descend_mounts(&to);
        if (w->flags & WALK_NO_XDEV && to.mnt != w->at.mnt) {
            path_put(&to);
            return -EXDEV;
        }
    }
    *next = rest;
    if (S_ISLNK(to.dentry->inode->mode) && follow) {
        error = walk_link(w, &to, rest, next);
        path_put(&to);
        return error < 0 ? error : 0;
    }
    if (S_ISLNK(to.dentry->inode->mode) && w->flags & WALK_NO_SYMLINKS &&
        !(is_last && !follow)) {
        path_put(&to);
        return -ELOOP;
    }
    walk_move(w, to);
    return 0;
}

static const char *walk_pop(struct walk *w)
{
    kfree(w->text);
    w->text = NULL;
    if (!w->depth)
        return NULL;
    w->depth--;
    w->text = w->frames[w->depth].text;
    return w->frames[w->depth].rest;
}

static int walk_run(struct walk *w, const char *name, struct path_parent *last)
{
    bool directory = w->flags & WALK_DIRECTORY, start_of_text = true;
    int error;

    if (!*name)
        return w->flags & WALK_EMPTY ? 0 : -ENOENT;
    while (name) {
        const char *end, *rest;
        size_t n;
        bool is_last, slash, follow;
        enum last_kind kind;

        if (*name == '/' && start_of_text) {
            error = walk_jump_root(w);
            if (error)
                return error;
        }
        start_of_text = false;
        while (*name == '/')
            name++;
        if (!*name) {
            if (last && !w->depth) {
                set_last(last, LAST_ROOT, name, 0, true);
                last->link_text = w->text;
                w->text = NULL;
                return 0;
            }
            name = walk_pop(w);
            continue;
        }
        error = walk_may_search(w);
        if (error)
            return error;
        end = strchrnul(name, '/');
        n = (size_t)(end - name);
        for (rest = end; *rest == '/'; rest++)
            ;
        slash = *end == '/';
        is_last = !*rest && !w->depth;
        if (is_last && slash)
            directory = true;
        kind = kind_of(name, n);
        if (is_last && last) {
            set_last(last, kind, name, (u32)n, slash);
            last->link_text = w->text;
            w->text = NULL;
            return 0;
        }
        if (n > NAME_MAX)
            return -ENAMETOOLONG;
        if (kind == LAST_NORMAL) {
            struct name_part part = name_part(name, (u32)n);
            const char *next = NULL, *had = w->text;

            follow = !is_last || slash || w->flags & WALK_FOLLOW;
            error = walk_enter(w, &part, rest, is_last, follow, &next);
            if (error)
                return error;
            if (w->text != had)
                start_of_text = true;
            name = next;
        } else {
            if (kind == LAST_DOTDOT) {
                error = walk_dotdot(w);
                if (error)
                    return error;
            }
            name = rest;
        }
        while (name && !*name)
            name = walk_pop(w);
    }
    if (directory && !S_ISDIR(w->at.dentry->inode->mode))
        return -ENOTDIR;
    return 0;
}

static int slow_lookup_once(struct caller *who, const struct path *base,
                            const char *name, u32 flags, struct path *out,
                            struct path_parent *last)
{
    struct walk *w = kmalloc(sizeof(*w), ALLOC_KERNEL);
    int error;

    if (!w)
        return -ENOMEM;
    w->who = who;
    w->flags = flags;
    w->links = w->depth = 0;
    w->seq = seq_begin(&dcache_seq);
    w->text = NULL;
    w->base = *base;
    if (flags & (WALK_IN_ROOT | WALK_BENEATH)) {
        w->root = *base;
        path_get(base);
    } else if (who->fs) {
        error = fs_context_root(who->fs, &w->root);
        if (error) {
            kfree(w);
            return error;
        }
    } else {
        w->root =
            (struct path){mount_ns_first->root, mount_ns_first->root->root};
        path_descend_mounts_get(&w->root);
    }
    path_get(base);
    w->at = *base;
    error = walk_run(w, name, last);
    while (w->text || w->depth)
        walk_pop(w);
    path_put(&w->root);
    if (error)
        path_put(&w->at);
    else
        *out = w->at;
    kfree(w);
    return error;
}

/* Those who must stay beneath a handle without having asked for it do not have
 * to know that somebody renames elsewhere. */
#define SCOPED_TRIES 64

static int slow_lookup(struct caller *who, const struct path *base,
                       const char *name, u32 flags, struct path *out,
                       struct path_parent *last)
{
    int error;

    for (u32 tries = 0;; tries++) {
        error = slow_lookup_once(who, base, name, flags, out, last);
        if (error != -EAGAIN || flags & WALK_CACHED ||
            !(who->flags & CALLER_CAPABILITY) || tries == SCOPED_TRIES)
            return error;
    }
}

static u32 walk_flags(const struct caller *who, u32 flags)
{
    return who->flags & CALLER_CAPABILITY ? flags | WALK_BENEATH : flags;
}

int path_lookup_from(struct caller *who, const struct path *base,
                     const char *name, u32 flags, struct path *out)
{
    int result = path_fast(who, base, name, flags, out, NULL);

    if (result <= 0)
        return result;
    return slow_lookup(who, base, name, walk_flags(who, flags), out, NULL);
}

/* -------------------------------------------------------------- starting */

static int start_from_handle(struct caller *who, int dirfd, const char *name,
                             u32 flags, struct walk_start *start)
{
    struct file *f;
    int error = handle_get(who, dirfd, RIGHT_NONE, &start->ref);

    if (error)
        return error;
    start->held = true;
    f = file_from_object(start->ref.object);
    start->grant = start->ref.grant;
    start->rights = start->ref.grant->rights;
    error = -ENOTDIR;
    if (!f)
        goto fail;
    start->path = f->path;
    if (!*name && flags & WALK_EMPTY)
        return 0;
    if (!S_ISDIR(f->inode->mode))
        goto fail;
    error = -EACCES;
    if (!(start->rights & RIGHT_LOOKUP))
        goto fail;
    return 0;
fail:
    handle_done(&start->ref);
    start->held = false;
    return error;
}

int walk_start_get(struct caller *who, int dirfd, const char *name, u32 flags,
                   struct walk_start *start)
{
    start->grant = NULL;
    start->rights = RIGHT_ALL;
    start->held = false;
    start->owned = false;
    if (*name == '/' && !(flags & WALK_IN_ROOT)) {
        if (flags & WALK_BENEATH)
            return -EXDEV;
        dirfd = AT_FDCWD;
    }
    if (dirfd != AT_FDCWD)
        return start_from_handle(who, dirfd, name, flags, start);
    if (who->flags & CALLER_CAPABILITY)
        return -EPERM;
    if (!who->fs) {
        start->path =
            (struct path){mount_ns_first->root, mount_ns_first->root->root};
        path_descend_mounts_get(&start->path);
        start->owned = true;
        return 0;
    }
    start->owned = true;
    return fs_context_cwd(who->fs, &start->path, &start->rights);
}

void walk_start_put(struct walk_start *start)
{
    if (start->held)
        handle_done(&start->ref);
    if (start->owned)
        path_put(&start->path);
}

int path_lookup(struct caller *who, int dirfd, const char *name, u32 flags,
                struct path *out)
{
    u32 rights;

    return path_lookup_rights(who, dirfd, name, flags, out, &rights);
}

int path_lookup_rights(struct caller *who, int dirfd, const char *name,
                       u32 flags, struct path *out, u32 *rights)
{
    struct walk_start start;
    int error;

    *rights = RIGHT_ALL;
    if (*name && (dirfd == AT_FDCWD || *name == '/')) {
        error = path_fast(who, NULL, name, flags, out, NULL);
        if (error <= 0)
            return error;
    }
    if (!*name && !(flags & WALK_EMPTY))
        return -ENOENT;
    flags = walk_flags(who, flags);
    error = walk_start_get(who, dirfd, name, flags, &start);
    if (error)
        return error;
    *rights = start.rights;
    error = path_fast(who, &start.path, name, flags, out, NULL);
    if (error > 0)
        error = slow_lookup(who, &start.path, name, flags, out, NULL);
    walk_start_put(&start);
    return error;
}

int path_parent(struct caller *who, int dirfd, const char *name, u32 flags,
                struct path_parent *out)
{
    struct walk_start start;
    int error;

    out->link_text = NULL;
    out->rights = RIGHT_ALL;
    flags = walk_flags(who, flags) | WALK_PARENT;
    if (!*name)
        return -ENOENT;
    if (dirfd == AT_FDCWD || *name == '/') {
        error = path_fast(who, NULL, name, flags, &out->parent, out);
        if (error <= 0)
            return error;
    }
    error = walk_start_get(who, dirfd, name, flags, &start);
    if (error)
        return error;
    out->rights = start.rights;
    error = path_fast(who, &start.path, name, flags, &out->parent, out);
    if (error > 0)
        error = slow_lookup(who, &start.path, name, flags, &out->parent, out);
    walk_start_put(&start);
    return error;
}

int path_parent_from(struct caller *who, const struct path *base,
                     const char *name, u32 flags, struct path_parent *out)
{
    out->link_text = NULL;
    out->rights = RIGHT_ALL;
    return slow_lookup(who, base, name, walk_flags(who, flags) | WALK_PARENT,
                       &out->parent, out);
}

void path_parent_done(struct path_parent *p)
{
    path_put(&p->parent);
    kfree(p->link_text);
}

char *path_read_link(struct caller *who, const struct path *path)
{
    struct inode *inode = path->dentry->inode;
    char *text;

    if (!S_ISLNK(inode->mode))
        return ERR_PTR(-EINVAL);
    if (inode->ops->read_link)
        return inode->ops->read_link(who, path->dentry);
    if (!inode->link)
        return ERR_PTR(-EINVAL);
    text = kstrdup(inode->link, ALLOC_KERNEL);
    return text ? text : ERR_PTR(-ENOMEM);
}
