/* seccomp, between its two system calls. */
#ifndef ABI_SECCOMP_H
#define ABI_SECCOMP_H

#include "core/caller.h"

/* prctl(PR_SET_SECCOMP, mode, program) */
s64 abi_set_seccomp(struct caller *who, u64 mode, u64 program);

#endif
