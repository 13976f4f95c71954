/*
 * User namespaces: their id maps and who may make and enter them. (The
 * structure is in namespace.h; conversion of ids in cred.h.)
 *
 * A map is written once, by whoever may (user_namespaces(7)), under one mutex;
 * it is read without a lock.
 */
#ifndef PROC_USER_NAMESPACE_H
#define PROC_USER_NAMESPACE_H

#include "proc/namespace.h"

struct text;

/* Make a namespace below cred->user_ns and move `cred`, a copy that is not yet
 * published, into it. `chrooted`: the creator's root is not that of its mount
 * namespace. -EPERM, -ENOSPC, -ENOMEM. */
int user_namespace_create(struct cred *cred, bool chrooted);

/* Text of uid_map (or gid_map) written by a process with `cred`: 0 or -EPERM,
 * -EINVAL, -ENOMEM. `data` is cut up. */
int user_namespace_write_map(struct user_namespace *ns, const struct cred *cred,
                             bool group, char *data, size_t n);
/* One line: ids as `reader` sees the lower ones. False: no such line. */
bool user_namespace_map_line(struct user_namespace *ns,
                             struct user_namespace *reader, bool group,
                             u32 index, u32 *first, u32 *lower, u32 *count);
/* /proc/<pid>/setgroups. */
int user_namespace_set_setgroups(struct user_namespace *ns, bool allow);
bool user_namespace_may_setgroups(const struct user_namespace *ns);

#endif
