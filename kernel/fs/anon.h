/*
 * Paths of what has no path: magic links (/proc/<pid>/fd/N) to pipes, sockets
 * and other objects lead to an inode of a kernel-internal filesystem that
 * stands for the object.
 */
#ifndef FS_ANON_H
#define FS_ANON_H

#include "core/object.h"
#include "fs/fs.h"

/* *out is referenced; takes over the grant reference also when it fails. */
int object_path(struct grant *grant, struct path *out);

#endif
