/*
 * nsfs: the files that name namespaces. Following a link of /proc/<pid>/ns
 * leads to one; an open or bind-mounted file holds the namespace.
 *
 * Each look-up makes an inode of its own, whose number is the namespace's: two
 * files are the same namespace if device and inode number are.
 */
#ifndef FS_NSFS_H
#define FS_NSFS_H

#include "lib/types.h"

struct dentry;
struct namespace;
struct object;
struct path;

/* Takes over the reference on `ns` also when it fails. */
int nsfs_path(struct namespace *ns, struct path *out);
/* Borrowed; NULL when it is something else. */
struct namespace *nsfs_namespace(struct object *obj);
struct namespace *nsfs_dentry_namespace(const struct dentry *d);

#endif
