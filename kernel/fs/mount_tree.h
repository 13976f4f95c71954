/*
 * The shape of mount trees: what mount.c offers to mount_ops.c. All functions
 * want mount_lock held, but for mount_trash_empty(), which wants it free.
 */
#ifndef FS_MOUNT_TREE_H
#define FS_MOUNT_TREE_H

#include "fs/mount.h"

/* Put m (with its children) on mountpoint; takes a reference on parent. The
 * tree's own reference on m is the one from mount_create(). */
void mount_tree_attach(struct mount *m, struct mount *parent,
                       struct dentry *mountpoint);
/* Take it off; returns the old parent, whose reference is the caller's. */
struct mount *mount_tree_detach(struct mount *m);
/* Next in depth-first order below top, NULL at the end. */
struct mount *mount_tree_next(struct mount *m, struct mount *top);
/* A copy of m showing `root`, with what is mounted below; ERR_PTR. */
struct mount *mount_tree_copy(struct mount *m, struct dentry *root,
                              bool recursive, struct list_head *trash);
/* Detach top and all below it from each other and from their namespace; what
 * has to be put later goes on `trash`. */
void mount_tree_take_apart(struct mount *top, struct list_head *trash);
void mount_trash_empty(struct list_head *trash);
void mount_ns_add(struct mount_namespace *ns, struct mount *m);
void mount_ns_changed(struct mount_namespace *ns);

/* mount_propagation.c: types of propagation. */
void mount_make_shared(struct mount *m);
void mount_make_slave(struct mount *m);
void mount_make_private(struct mount *m);
void mount_join_peers(struct mount *copy, struct mount *original);
/* A tree comes into a less privileged namespace: it shows no more than before,
 * and only `top` can be taken off. */
void mount_tree_lock(struct mount *top);
/* Receive what happens on the originals, but tell them nothing. */
void mount_tree_enslave(struct mount *top);
/* m is about to be attached there: do the same on all that receive from
 * `parent`. -ENOMEM, -ENOSPC (mount_max): none has it. */
int mount_propagate_attach(struct mount *m, struct mount *parent,
                           struct dentry *mountpoint, struct list_head *trash);
/* m is about to be taken off. */
void mount_propagate_detach(struct mount *m, struct list_head *trash);

#endif
