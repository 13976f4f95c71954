/*
 * Moving data between open objects inside the kernel: sendfile,
 * copy_file_range, splice, tee.
 *
 * An end is an object with a position: *pos is used and advanced when it is not
 * NULL, else the object's own. Errors are returned only when nothing was moved.
 */
#ifndef FS_COPY_H
#define FS_COPY_H

#include "core/caller.h"
#include "core/object.h"

struct copy_end {
    struct object *obj; /* borrowed from `grant` */
    struct grant *grant;
    s64 *pos;
};

/* From a file (or anything readable) to anything writable. Bytes or errno. */
ssize_t copy_data(struct caller *who, struct copy_end *in, struct copy_end *out,
                  size_t n, bool nonblock);
/* One of the ends is a pipe (splice), both are (tee: `consume` false). */
ssize_t copy_splice(struct caller *who, struct copy_end *in,
                    struct copy_end *out, size_t n, bool nonblock);
ssize_t copy_tee(struct caller *who, struct copy_end *in, struct copy_end *out,
                 size_t n, bool nonblock);

#endif
