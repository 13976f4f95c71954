/*
 * Listing directories whose entries are in the dentry cache.
 */
#include "fs/dirent.h"

#include "core/caller.h"
#include "fs/dentry.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/watch.h"

bool dir_emit_dots(struct dir_context *ctx, struct file *file)
{
    struct dentry *d = file->path.dentry;

    if (ctx->pos == 0 && !dir_emit(ctx, ".", 1, d->inode->ino, DT_DIR))
        return false;
    if (ctx->pos == 1) {
        /* Moves are excluded by the directory's lock, or do no harm. */
        struct dentry *parent = READ_ONCE(d->parent);
        struct inode *inode = READ_ONCE(parent->inode);

        if (!dir_emit(ctx, "..", 2, inode ? inode->ino : d->inode->ino, DT_DIR))
            return false;
    }
    return true;
}

/* The next child with a name behind `at`, a link in the list of `dir`. */
static struct dentry *next_child(struct dentry *dir, struct list_head *at)
{
    for (at = at->next; at != &dir->children; at = at->next) {
        struct dentry_link *entry = list_entry(at, struct dentry_link, link);
        struct dentry *d;

        if (entry->cursor)
            continue;
        d = container_of(entry, struct dentry, sibling);
        if (!dentry_negative(d) && !dentry_unhashed(d))
            return d;
    }
    return NULL;
}

/* Put the reader's place in front of `next` (NULL: at the end). */
static void place_cursor(struct file *file, struct dentry *next)
{
    list_del_init(&file->cursor.link);
    if (next)
        list_add_tail(&file->cursor.link, &next->sibling.link);
}

int dir_iterate_dcache(struct caller *who, struct file *file,
                       struct dir_context *ctx)
{
    struct dentry *dir = file->path.dentry, *d;
    struct list_head *at;

    (void)who;
    if (!dir_emit_dots(ctx, file))
        return 0;
    spin_lock(&dir->lock);
    if (ctx->pos == 2)
        at = &dir->children;
    else if (!list_empty(&file->cursor.link))
        at = &file->cursor.link;
    else
        at = NULL;
    d = at ? next_child(dir, at) : NULL;
    while (d) {
        const struct dentry_name *name = d->name;

        if (!dir_emit(ctx, name->text, name->length, d->inode->ino,
                      mode_to_dtype(d->inode->mode)))
            break;
        d = next_child(dir, &d->sibling.link);
    }
    place_cursor(file, d);
    spin_unlock(&dir->lock);
    return 0;
}

s64 dir_seek_dcache(struct object *obj, s64 offset, int whence)
{
    struct file *file = container_of(obj, struct file, device.object);
    struct dentry *dir = file->path.dentry, *d = NULL;

    mutex_lock(&file->pos_lock);
    if (whence == 1)
        offset += file->pos;
    else if (whence != 0)
        offset = -1;
    if (offset < 0) {
        mutex_unlock(&file->pos_lock);
        return -EINVAL;
    }
    if (offset != file->pos) {
        spin_lock(&dir->lock);
        if (offset > 2) {
            s64 left = offset - 2;

            d = next_child(dir, &dir->children);
            while (d && left--)
                d = next_child(dir, &d->sibling.link);
        }
        place_cursor(file, d);
        spin_unlock(&dir->lock);
        file->pos = offset;
    }
    mutex_unlock(&file->pos_lock);
    return offset;
}

int vfs_iterate(struct caller *who, struct file *file, struct dir_context *ctx)
{
    struct inode *inode = file->inode;
    int error = -ENOENT;

    if (!S_ISDIR(inode->mode) || !inode->ops->iterate)
        return -ENOTDIR;
    mutex_lock(&file->pos_lock);
    read_lock(&inode->lock);
    if (!(inode->flags & INODE_DEAD)) {
        ctx->pos = file->pos;
        error = inode->ops->iterate(who, file, ctx);
        file->pos = ctx->pos;
        inode_touch_accessed(&file->path);
    }
    read_unlock(&inode->lock);
    mutex_unlock(&file->pos_lock);
    if (!error)
        watch_dentry(file->path.dentry, WATCH_ACCESS);
    return error;
}
