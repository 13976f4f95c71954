/*
 * Credentials: who a task is. Immutable once published (copy, change, commit);
 * read under RCU by others, freely by the owner.
 */
#ifndef PROC_CRED_H
#define PROC_CRED_H

#include "core/rcu.h"
#include "lib/refcount.h"
#include "lib/types.h"

struct user_namespace;
struct caller;

/* Ids inside the kernel; plain numbers exist only in abi/. */
typedef struct {
    u32 value;
} kuid_t;
typedef struct {
    u32 value;
} kgid_t;
#define KUID_INVALID ((kuid_t){~0u})
#define KGID_INVALID ((kgid_t){~0u})
static inline bool kuid_equal(kuid_t a, kuid_t b)
{
    return a.value == b.value;
}
static inline bool kgid_equal(kgid_t a, kgid_t b)
{
    return a.value == b.value;
}

/* Capability numbers as Linux has them (capability.h). */
enum capability {
    CAP_CHOWN,
    CAP_DAC_OVERRIDE,
    CAP_DAC_READ_SEARCH,
    CAP_FOWNER,
    CAP_FSETID,
    CAP_KILL,
    CAP_SETGID,
    CAP_SETUID,
    CAP_SETPCAP,
    CAP_LINUX_IMMUTABLE,
    CAP_NET_BIND_SERVICE,
    CAP_NET_BROADCAST,
    CAP_NET_ADMIN,
    CAP_NET_RAW,
    CAP_IPC_LOCK,
    CAP_IPC_OWNER,
    CAP_SYS_MODULE,
    CAP_SYS_RAWIO,
    CAP_SYS_CHROOT,
    CAP_SYS_PTRACE,
    CAP_SYS_PACCT,
    CAP_SYS_ADMIN,
    CAP_SYS_BOOT,
    CAP_SYS_NICE,
    CAP_SYS_RESOURCE,
    CAP_SYS_TIME,
    CAP_SYS_TTY_CONFIG,
    CAP_MKNOD,
    CAP_LEASE,
    CAP_AUDIT_WRITE,
    CAP_AUDIT_CONTROL,
    CAP_SETFCAP,
    CAP_MAC_OVERRIDE,
    CAP_MAC_ADMIN,
    CAP_SYSLOG,
    CAP_WAKE_ALARM,
    CAP_BLOCK_SUSPEND,
    CAP_AUDIT_READ,
    CAP_PERFMON,
    CAP_BPF,
    CAP_CHECKPOINT_RESTORE,
    CAP_COUNT,
};
#define CAP_FULL ((1ULL << CAP_COUNT) - 1)

struct group_list { /* supplementary groups, sorted; immutable, counted */
    refcount_t refs;
    u32 count;
    kgid_t ids[];
};

struct cred {
    refcount_t refs;
    kuid_t uid, euid, suid, fsuid;
    kgid_t gid, egid, sgid, fsgid;
    struct group_list *groups; /* owned */
    u64 cap_inheritable, cap_permitted, cap_effective, cap_bounding,
        cap_ambient;
    u32 securebits;
    struct user_namespace *user_ns; /* owned */
    struct user_account *user;      /* owned: per-user counts (RLIMIT_NPROC) */
    struct rcu_head rcu;
};

extern struct cred cred_root; /* the first process, and the kernel */
struct cred *cred_get(const struct cred *c);
void cred_put(const struct cred *c);
struct cred *cred_copy(const struct cred *c); /* NULL: no memory */

/* Has `c` the capability with respect to namespace `ns`? */
bool cred_capable_ns(const struct cred *c, struct user_namespace *ns, int cap);
/* With respect to the caller's own user namespace / to the first one. */
bool caller_capable(const struct caller *who, int cap);
bool caller_capable_init(const struct caller *who, int cap);
void group_list_put(struct group_list *g);
bool cred_in_group(const struct cred *c, kgid_t gid); /* fsgid or groups */
bool cred_in_egroup(const struct cred *c, kgid_t gid);

/* Conversion at the ABI: -1 stays invalid; unmapped ids become invalid (to
 * kernel) or the overflow id (from kernel). */
kuid_t uid_to_kernel(const struct user_namespace *ns, u32 uid);
kgid_t gid_to_kernel(const struct user_namespace *ns, u32 gid);
u32 uid_from_kernel(const struct user_namespace *ns, kuid_t uid);
u32 gid_from_kernel(const struct user_namespace *ns, kgid_t gid);
/* Is `uid` root of c's user namespace? */
bool cred_root_is(const struct cred *c, kuid_t uid);
bool uid_is_mapped(const struct user_namespace *ns, kuid_t uid);
bool gid_is_mapped(const struct user_namespace *ns, kgid_t gid);
extern s32 overflow_uid, overflow_gid; /* 65534; /proc/sys/kernel */

#endif
