/*
 * System V shared memory.
 *
 * A segment is an ipc_object that owns a memory object; attaching maps that,
 * with a grant for each attachment. VMAs count themselves (`attached`), so
 * fork, exec, exit and partial munmap need nothing here. A removed segment
 * loses its key and goes with its last VMA; a segment that is mapped keeps its
 * namespace.
 */
#ifndef IPC_SHM_H
#define IPC_SHM_H

#include "ipc/ipc_id.h"

#define SHM_HUGETLB    04000u
#define SHM_NORESERVE  010000u
#define SHM_HUGE_SHIFT 26
#define SHM_DEST       01000u /* in the mode */
#define SHM_LOCKED     02000u

struct mm_limits;

s64 shm_get(struct caller *who, s32 key, u64 size, u32 flags);
struct shm_attach {
    s32 id;
    u64 address; /* page aligned; 0: anywhere */
    u32 prot;    /* PROT_* */
    bool remap;  /* replace what is there */
    bool exec;   /* SHM_EXEC: needs permission to execute */
};
/* The address or a negative errno. */
s64 shm_attach(struct caller *who, const struct mm_limits *limits,
               const struct shm_attach *how);
int shm_detach(struct caller *who, u64 address);

struct shm_status {
    struct ipc_status common;
    u64 size, resident;              /* bytes */
    s64 attached, detached, changed; /* seconds since 1970 */
    u64 attachments;
    u32 creator, last; /* process numbers for the caller */
};
s64 shm_stat(struct caller *who, s32 id, enum ipc_stat_how how,
             struct shm_status *out);
int shm_change(struct caller *who, s32 id, const struct ipc_change *change);
int shm_remove(struct caller *who, s32 id);
int shm_lock(struct caller *who, s32 id, bool lock);
struct ipc_namespace;
u64 shm_resident_pages(struct ipc_namespace *ns);
/* shm_rmid_forced was switched on. */
void shm_destroy_orphans(struct ipc_namespace *ns);

#endif
