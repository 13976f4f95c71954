/* Registers of host tests: there are none. */
#pragma once

#include "lib/types.h"

struct user_regs {
    u64 none;
};
struct kernel_regs {
    u64 none;
};

static inline u64 arch_syscall_number(const struct user_regs *r)
{
    return r->none;
}
static inline u64 arch_syscall_arg(const struct user_regs *r, unsigned i)
{
    return r->none + i;
}
static inline void arch_syscall_set_result(struct user_regs *r, s64 value)
{
    r->none = (u64)value;
}
static inline s64 arch_syscall_result(const struct user_regs *r)
{
    return (s64)r->none;
}
