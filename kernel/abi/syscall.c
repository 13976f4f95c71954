/* Dispatch: from the register frame to sys_<name>() and back. */
#include "abi/syscall.h"

#include <asm/abi.h>

#include "abi/trace.h"
#include "arch/arch.h"
#include "core/init.h"
#include "core/lockdep.h"
#include "core/log.h"
#include "core/time.h"
#include "lib/bitmap.h"
#include "lib/string.h"
#include "proc/task.h"

/* Linux's numbers, then Hako's own from 1024 on. */
#define LINUX_LIMIT   512
#define OWN_FIRST     1024
#define OWN_COUNT     64
#define SYSCALL_LIMIT (LINUX_LIMIT + OWN_COUNT)

typedef s64 (*syscall_fn)(struct caller *who, const u64 *args);

enum capability_mode {
    OWN,
    HANDLE,
    PATH,
    DENY
};

struct syscall_entry {
    syscall_fn fn;
    const char *name;
    enum capability_mode mode;
};

static s64 syscall_missing(struct caller *who, const u64 *args);

/* gcc wants an alias to have the attributes of its target, by this one. */
#if __has_attribute(copy)
#define LIKE(function) , copy(function)
#else
#define LIKE(function)
#endif

/* A call that no file defines. */
#define SYSCALL(name, x86_64, aarch64, mode)                            \
    s64 sys_##name(struct caller *who, const u64 *args) __attribute__(( \
        weak, alias("syscall_missing_alias") LIKE(syscall_missing_alias)));
s64 syscall_missing_alias(struct caller *who, const u64 *args);
s64 syscall_missing_alias(struct caller *who, const u64 *args)
{
    return syscall_missing(who, args);
}
#include "abi/syscall_list.h"
#undef SYSCALL

/* Numbers that an architecture does not have are -1: they fall on the last
 * entry, which is cleared at start. */
#define SLOT(number)                        \
    ((number) < 0           ? SYSCALL_LIMIT \
     : (number) < OWN_FIRST ? (number)      \
                            : (number)-OWN_FIRST + LINUX_LIMIT)

static u64 slot_of(u64 number)
{
    if (likely(number < LINUX_LIMIT))
        return number;
    if (number - OWN_FIRST < OWN_COUNT)
        return number - OWN_FIRST + LINUX_LIMIT;
    return SYSCALL_LIMIT; /* an empty entry */
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static struct syscall_entry syscall_table[SYSCALL_LIMIT + 1] = {
#define SYSCALL(name, x86_64, aarch64, mode) \
    [SLOT(ARCH_PICK(x86_64, aarch64))] = {sys_##name, #name, mode},
#include "abi/syscall_list.h"
#undef SYSCALL
};
#pragma GCC diagnostic pop

static u64 missing_logged[SYSCALL_LIMIT / 64];

static s64 syscall_missing(struct caller *who, const u64 *args)
{
    u64 nr = slot_of(arch_syscall_number(who->task->thread.head.regs));

    (void)args;
    if (nr < SYSCALL_LIMIT &&
        !(__atomic_fetch_or(&missing_logged[nr / 64], 1ULL << (nr % 64),
                            __ATOMIC_RELAXED) >>
              (nr % 64) &
          1))
        log_notice("system call %llu (%s) is not implemented, first used by "
                   "%s\n",
                   (unsigned long long)nr, syscall_table[nr].name,
                   who->task->thread.name);
    return -ENOSYS;
}

const char *syscall_name(u64 number)
{
    return syscall_table[slot_of(number)].name;
}

static __always_inline s64 syscall_invoke(struct task *t, u64 nr,
                                          const u64 *args)
{
    const struct syscall_entry *e;
    s64 result;

    e = &syscall_table[slot_of(nr)];
    if (unlikely(!e->fn))
        return -ENOSYS;
    if (unlikely(t->caller.flags & CALLER_CAPABILITY) && e->mode == DENY)
        return -EPERM;
    result = e->fn(&t->caller, args);
    lockdep_check_none_held(e->name);
    return result;
}

/* Spelt out: as a loop it becomes six jumps through a table. */
static inline void load_arguments(const struct user_regs *regs, u64 args[6])
{
    args[0] = arch_syscall_arg(regs, 0);
    args[1] = arch_syscall_arg(regs, 1);
    args[2] = arch_syscall_arg(regs, 2);
    args[3] = arch_syscall_arg(regs, 3);
    args[4] = arch_syscall_arg(regs, 4);
    args[5] = arch_syscall_arg(regs, 5);
}

/* Tracing, seccomp and ptrace: kept out of the fast path. */
static __attribute__((noinline)) void syscall_slow(struct task *t,
                                                   struct user_regs *regs)
{
    u64 args[6];
    s64 result;

    if ((s32)arch_syscall_number(regs) == -1)
        arch_syscall_set_result(regs, -ENOSYS);
    if (syscall_trace_enter(t, regs)) {
        load_arguments(regs, args);
        args[0] = arch_syscall_first_arg(regs);
        result = syscall_invoke(t, arch_syscall_number(regs), args);
        arch_syscall_set_result(regs, result);
        if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK)
            atomic_or(WORK_SIGNAL, &t->thread.head.work);
    }
    syscall_trace_leave(t, regs);
}

static void syscall_entry(struct user_regs *regs)
{
    struct task *t = task_current();
    u64 args[6];
    s64 result;

    if (unlikely(atomic_load(&t->thread.head.work) & WORK_ENTRY)) {
        syscall_slow(t, regs);
        return;
    }
    load_arguments(regs, args);
    result = syscall_invoke(t, arch_syscall_number(regs), args);
    arch_syscall_set_result(regs, result);
    /* The way out restarts it or makes it EINTR. */
    if (unlikely(result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK))
        atomic_or(WORK_SIGNAL, &t->thread.head.work);
}

static int syscall_init(void)
{
    syscall_table[SYSCALL_LIMIT] = (struct syscall_entry){0};
    arch_upcalls.syscall = syscall_entry;
    return 0;
}
INITCALL(proc, syscall_init);
