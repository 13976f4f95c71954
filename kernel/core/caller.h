/*
 * On whose behalf code below abi/ works.
 *
 * abi/ fills one in per system call (from the current task, which embeds it, so
 * that it costs a pointer); a ring's worker, a file server or the hosted port
 * bring their own. Nothing below abi/ looks at "the current task" for
 * credentials, handles, memory, namespaces or accounts.
 *
 * All pointers are borrowed: they stay valid while the call runs. Structures
 * are opaque here and belong to the layers named.
 */
#ifndef CORE_CALLER_H
#define CORE_CALLER_H

#include "lib/types.h"

struct cred;          /* proc/cred.h */
struct handle_table;  /* core/object.h */
struct address_space; /* vm/address_space.h */
struct fs_context;    /* fs/fs_context.h: root, cwd, umask */
struct namespaces;    /* proc/namespace.h */
struct account;       /* core/account.h */
struct task;          /* proc/task.h: signals, limits, wait; NULL for none */

#define CALLER_KERNEL     1u /* the kernel itself: no rights are checked */
#define CALLER_CAPABILITY 2u /* capability mode: has only its grants */

struct caller {
    const struct cred *cred;
    struct handle_table *handles;
    struct address_space *mm; /* user addresses mean this one */
    struct fs_context *fs;
    struct namespaces *ns;
    struct account *account;
    struct task *task;
    u64 limit_nofile; /* RLIMIT_NOFILE now */
    u64 limit_fsize;  /* RLIMIT_FSIZE now */
    u32 flags;        /* CALLER_* */
};

#endif
