/*
 * Listing directories. inode_ops.iterate calls dir_emit() for each entry from
 * ctx->pos on and sets ctx->pos to the position *behind* an entry once it was
 * taken; it stops when dir_emit() says false.
 */
#ifndef FS_DIRENT_H
#define FS_DIRENT_H

#include "fs/fs.h"

struct dir_context {
    s64 pos;
    /* False: no room, stop; the entry was not taken. `next` is the position to
     * go on from after this entry. */
    bool (*emit)(struct dir_context *ctx, const char *name, u32 length,
                 s64 next, u64 ino, u8 type);
    void *data;
};

static inline bool dir_emit(struct dir_context *ctx, const char *name,
                            u32 length, u64 ino, u8 type)
{
    if (!ctx->emit(ctx, name, length, ctx->pos + 1, ino, type))
        return false;
    ctx->pos++;
    return true;
}
/* "." and ".." at positions 0 and 1. */
bool dir_emit_dots(struct dir_context *ctx, struct file *file);
/* For SUPER_COMPLETE filesystems: the children of the file's dentry. */
int dir_iterate_dcache(struct caller *who, struct file *file,
                       struct dir_context *ctx);
extern const struct object_ops directory_file_ops; /* of such directories */
s64 dir_seek_dcache(struct object *obj, s64 offset, int whence);
/* getdents64: file is a directory; takes its position lock. */
int vfs_iterate(struct caller *who, struct file *file, struct dir_context *ctx);

#endif
