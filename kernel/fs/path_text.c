/*
 * From a path back to its text: getcwd, /proc/<pid>/fd, mounts.
 */
#include "fs/path.h"

#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/super.h"
#include "lib/string.h"

struct prepend {
    char *start;
    size_t room;
};

static bool prepend(struct prepend *p, const char *text, size_t n)
{
    if (n > p->room)
        return false;
    p->room -= n;
    p->start -= n;
    memcpy(p->start, text, n);
    return true;
}

/* Inside an RCU section; names and parents may change under it: the caller
 * checks dcache_seq. */
static int write_components(struct prepend *p, const struct path *path,
                            const struct path *root, bool *unreachable)
{
    struct mount *mnt = path->mnt;
    struct dentry *d = path->dentry;

    *unreachable = false;
    for (;;) {
        const struct dentry_name *name;

        if (root && d == root->dentry && mnt == root->mnt)
            return 0;
        if (d == READ_ONCE(mnt->root)) {
            struct mount *up = READ_ONCE(mnt->parent);
            struct dentry *point = READ_ONCE(mnt->mountpoint);

            if (up == mnt || !up || !point) {
                *unreachable = root != NULL || !mnt->ns;
                return 0;
            }
            mnt = up;
            d = point;
            continue;
        }
        if (READ_ONCE(d->parent) == d) {
            *unreachable = true;
            return 0;
        }
        name = rcu_dereference(d->name);
        if (!prepend(p, name->text, name->length) || !prepend(p, "/", 1))
            return -ENAMETOOLONG;
        d = READ_ONCE(d->parent);
    }
}

char *path_text(const struct path *path, const struct path *root, char *buffer,
                size_t size, bool *unreachable, bool plain)
{
    struct dentry *d = path->dentry;
    bool lost = false;
    struct prepend p;
    u32 seq;
    int error;

    if (unreachable)
        *unreachable = false;
    if (d->ops && d->ops->describe && d != path->mnt->root) {
        size_t n = d->ops->describe(d, buffer, size);

        if (n >= size)
            return ERR_PTR(-ENAMETOOLONG);
        return buffer;
    }
    do {
        p = (struct prepend){buffer + size, size};
        if (!prepend(&p, "", 1))
            return ERR_PTR(-ENAMETOOLONG);
        if (d->flags & DENTRY_DELETED && !plain &&
            !(d->ops && d->ops->describe) && !prepend(&p, " (deleted)", 10))
            return ERR_PTR(-ENAMETOOLONG);
        if (path->mnt->flags & MOUNT_INTERNAL) {
            /* Unnamed files: "/memfd:x (deleted)". */
            if (!prepend(&p, d->name->text, d->name->length))
                return ERR_PTR(-ENAMETOOLONG);
            return p.start;
        }
        char *end = p.start;

        seq = seq_begin(&dcache_seq);
        rcu_read_lock();
        error = write_components(&p, path, root, &lost);
        rcu_read_unlock();
        if (!error && p.start == end && !prepend(&p, "/", 1))
            error = -ENAMETOOLONG;
    } while (seq_retry(&dcache_seq, seq));
    if (unreachable)
        *unreachable = lost;
    return error ? ERR_PTR(error) : p.start;
}

char *dentry_text(struct dentry *d, char *buffer, size_t size)
{
    struct prepend p;
    u32 seq;
    bool fits;

    do {
        p = (struct prepend){buffer + size, size};
        fits = prepend(&p, "", 1);
        seq = seq_begin(&dcache_seq);
        rcu_read_lock();
        if (READ_ONCE(d->parent) == d)
            fits = prepend(&p, "/", 1);
        for (struct dentry *at = d; fits && READ_ONCE(at->parent) != at;
             at = READ_ONCE(at->parent)) {
            const struct dentry_name *name = rcu_dereference(at->name);

            fits = prepend(&p, name->text, name->length) && prepend(&p, "/", 1);
        }
        rcu_read_unlock();
    } while (seq_retry(&dcache_seq, seq));
    return fits ? p.start : ERR_PTR(-ENAMETOOLONG);
}
