/*
 * Reading cpio archives of the "newc" kind, bit by bit, as an initramfs has
 * them: magic 070701, or 070702 with checksums; archives may follow each other
 * with NUL bytes between.
 *
 * Give cpio_feed what there is, in pieces of any size; it calls ops->entry for
 * each file, then ops->data for its contents, if it is a regular file, then
 * ops->end. A symbolic link comes with its target and has no data. Hard links
 * have equal (ino, dev_major, dev_minor) and nlink > 1; the archive gives the
 * contents with one of them only, mostly the last. Names are as they are in
 * the archive: the user of this strips a leading '/' or "./" and refuses "..".
 *
 * An error of a callback ends the work and is returned. The state is about
 * 8.5 KiB: not for a stack.
 */
#pragma once

#include "lib/compiler.h"

#define CPIO_MAX_NAME 4096

struct cpio_entry {
    u32 ino;
    u32 mode;
    u32 uid;
    u32 gid;
    u32 nlink;
    u32 mtime;
    u32 size;
    u32 dev_major, dev_minor;
    u32 rdev_major, rdev_minor;
    const char *name;   /* valid until ops->end */
    const char *target; /* of a symbolic link; NULL for others */
};

struct cpio_ops {
    int (*entry)(void *ctx, const struct cpio_entry *e);
    int (*data)(void *ctx, const void *data, size_t n);
    int (*end)(void *ctx, const struct cpio_entry *e);
    /* The end of one archive (hard links do not go beyond). May be NULL. */
    int (*trailer)(void *ctx);
};

enum cpio_state {
    CPIO_BETWEEN, /* archives: at a header, NULs, or the end */
    CPIO_HEADER,
    CPIO_NAME,
    CPIO_TARGET,
    CPIO_DATA,
    CPIO_PADDING,
};

struct cpio {
    const struct cpio_ops *ops;
    void *ctx;
    const char *error; /* what was wrong, for a message */
    enum cpio_state state;
    struct cpio_entry entry;
    bool checksummed;
    u32 checksum, sum;
    u32 name_size;
    u32 have;   /* bytes of the header, name or target so far */
    u32 left;   /* bytes of contents or padding still to come */
    u64 offset; /* in the input, for alignment */
    u8 header[112];
    char name[CPIO_MAX_NAME];
    char target[CPIO_MAX_NAME + 1];
};

void cpio_init(struct cpio *c, const struct cpio_ops *ops, void *ctx);

/*
 * Takes n bytes. Returns how many it took: fewer only if behind an archive
 * something comes that is no archive. -EINVAL: broken, c->error says how; or
 * the error of a callback.
 */
ssize_t cpio_feed(struct cpio *c, const void *data, size_t n);

/* Is this a place where the input may end? */
static inline bool cpio_done(const struct cpio *c)
{
    return c->state == CPIO_BETWEEN;
}
