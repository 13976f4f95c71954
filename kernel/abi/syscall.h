/*
 * The system call boundary.
 *
 * Every call is a function sys_<name>(who, args): it decodes the six argument
 * words, copies user structures in and out, and calls the layer that does the
 * work on behalf of `who`. It returns a result or a negative errno. Files
 * kernel/abi/<subject>_*.c hold them; syscall_list.h says which exist.
 *
 * A call validates first and then acts; on an error everything is undone.
 */
#ifndef ABI_SYSCALL_H
#define ABI_SYSCALL_H

#include "core/caller.h"
#include "lib/errno.h"
#include "lib/types.h"
#include "vm/user.h"

#define SYSCALL(name, x86_64, aarch64, mode) \
    s64 sys_##name(struct caller *who, const u64 *args);
#include "abi/syscall_list.h"
#undef SYSCALL

/* struct timespec and friends, the same on both architectures. */
struct abi_timespec {
    s64 sec, nsec;
};
struct abi_timeval {
    s64 sec, usec;
};
struct abi_itimerspec {
    struct abi_timespec interval, value;
};
struct abi_itimerval {
    struct abi_timeval interval, value;
};
_Static_assert(sizeof(struct abi_itimerspec) == 32, "ABI");

/* -EFAULT; -EINVAL for a negative or too large part. ns saturates. */
int abi_read_timespec(struct caller *who, u64 address, u64 *ns);
int abi_write_timespec(struct caller *who, u64 address, s64 ns);
int abi_read_timeval(struct caller *who, u64 address, u64 *ns);
int abi_write_timeval(struct caller *who, u64 address, s64 ns);
/* A relative timeout to an absolute monotonic deadline (saturating). */
u64 abi_deadline(u64 relative_ns);

/* sigset_t arguments with their size: -EINVAL unless 8, -EFAULT. */
int abi_read_sigset(struct caller *who, u64 address, u64 size, u64 *set);

/* Extensible structures (clone3, openat2, sched_setattr): copies min(size,
 * known) bytes and zero-fills; -E2BIG when bytes behind `known` are not zero.
 */
int abi_read_extensible(struct caller *who, void *dst, size_t known,
                        u64 address, u64 size);

/* What the caller's process may map and lock. */
struct mm_limits;
struct mm_limits abi_mm_limits(struct caller *who);

const char *syscall_name(u64 number); /* NULL: unknown */

#endif
