/* ptrace: requests, and what they copy. */
#include "proc/ptrace.h"

#include <asm/abi.h>

#include "abi/syscall.h"
#include "arch/arch.h"
#include "core/slab.h"
#include "lib/string.h"
#include "proc/rseq.h"
#include "proc/seccomp.h"
#include "proc/siginfo_abi.h"
#include "proc/task.h"
#include "vm/address_space.h"

enum {
    PTRACE_TRACEME = 0,
    PTRACE_PEEKTEXT = 1,
    PTRACE_PEEKDATA = 2,
    PTRACE_PEEKUSER = 3,
    PTRACE_POKETEXT = 4,
    PTRACE_POKEDATA = 5,
    PTRACE_POKEUSER = 6,
    PTRACE_CONT = 7,
    PTRACE_KILL = 8,
    PTRACE_SINGLESTEP = 9,
    PTRACE_GETREGS = 12,
    PTRACE_SETREGS = 13,
    PTRACE_GETFPREGS = 14,
    PTRACE_SETFPREGS = 15,
    PTRACE_ATTACH = 16,
    PTRACE_DETACH = 17,
    PTRACE_OLDSETOPTIONS = 21,
    PTRACE_SYSCALL = 24,
    PTRACE_ARCH_PRCTL = 30,
    PTRACE_SYSEMU = 31,
    PTRACE_SYSEMU_SINGLESTEP = 32,
    PTRACE_SETOPTIONS = 0x4200,
    PTRACE_GETEVENTMSG,
    PTRACE_GETSIGINFO,
    PTRACE_SETSIGINFO,
    PTRACE_GETREGSET,
    PTRACE_SETREGSET,
    PTRACE_SEIZE,
    PTRACE_INTERRUPT,
    PTRACE_LISTEN,
    PTRACE_PEEKSIGINFO,
    PTRACE_GETSIGMASK,
    PTRACE_SETSIGMASK,
    PTRACE_SECCOMP_GET_FILTER,
    PTRACE_SECCOMP_GET_METADATA,
    PTRACE_GET_SYSCALL_INFO,
    PTRACE_GET_RSEQ_CONFIGURATION,
};

#define NT_PRSTATUS 1
#define NT_PRFPREG  2
#define AUDIT_ARCH  ARCH_PICK(0xc000003eu, 0xc00000b7u)

/* ----------------------------------------------------------------- memory */

static s64 access_word(struct task *t, u64 address, u64 *word, bool write)
{
    struct address_space *mm = task_mm_get(t);
    size_t n;

    if (!mm)
        return -EIO;
    n = mm_access(mm, address, word, sizeof(*word), write, true);
    mm_put(mm);
    return n == sizeof(*word) ? 0 : -EIO;
}

static s64 peek(struct caller *who, struct task *t, u64 address, u64 to)
{
    u64 word;
    s64 error = access_word(t, address, &word, false);

    return error ? error : user_write64(who->mm, to, word);
}

/* -------------------------------------------------------------- registers */

static s64 get_regset(struct caller *who, struct task *t, u32 type, u64 to,
                      u64 *size)
{
    size_t unit, whole = arch_regset_size(type, &unit);
    ssize_t n;
    void *set;

    if (!whole || *size % unit)
        return -EINVAL;
    set = kzalloc(whole, ALLOC_KERNEL);
    if (!set)
        return -ENOMEM;
    *size = min(*size, (u64)whole);
    n = arch_regset_get(&t->thread.head, type, set, whole);
    if (n >= 0)
        n = user_write(who->mm, to, set, *size);
    kfree(set);
    return n;
}

static s64 set_regset(struct caller *who, struct task *t, u32 type, u64 from,
                      u64 *size)
{
    size_t unit, whole = arch_regset_size(type, &unit);
    ssize_t n;
    void *set;

    if (!whole || *size % unit)
        return -EINVAL;
    set = kzalloc(whole, ALLOC_KERNEL);
    if (!set)
        return -ENOMEM;
    *size = min(*size, (u64)whole);
    n = user_read(who->mm, set, from, *size);
    if (!n)
        n = arch_regset_set(&t->thread.head, type, set, *size);
    kfree(set);
    return n < 0 ? n : 0;
}

static s64 regset(struct caller *who, struct task *t, bool write, u64 type,
                  u64 address)
{
    struct {
        u64 base, length;
    } iov;
    s64 error;

    if (user_read(who->mm, &iov, address, sizeof(iov)))
        return -EFAULT;
    error = write ? set_regset(who, t, type, iov.base, &iov.length)
                  : get_regset(who, t, type, iov.base, &iov.length);
    if (error)
        return error;
    return user_write64(who->mm, address + 8, iov.length);
}

/* The requests of x86-64 alone. */
static s64 old_registers(struct caller *who, struct task *t, u64 request,
                         u64 data)
{
    bool fp = request == PTRACE_GETFPREGS || request == PTRACE_SETFPREGS;
    bool write = request == PTRACE_SETREGS || request == PTRACE_SETFPREGS;
    u32 type = fp ? NT_PRFPREG : NT_PRSTATUS;
    size_t unit;
    u64 size = arch_regset_size(type, &unit);

    if (!ARCH_PICK(1, 0))
        return -EIO;
    return write ? set_regset(who, t, type, data, &size)
                 : get_regset(who, t, type, data, &size);
}

static s64 user_area(struct caller *who, struct task *t, bool write, u64 offset,
                     u64 data)
{
    u64 value;
    int error;

    if (write)
        return arch_user_area_set(&t->thread.head, offset, data);
    error = arch_user_area_get(&t->thread.head, offset, &value);
    return error ? error : user_write64(who->mm, data, value);
}

/* ---------------------------------------------------------------- signals */

static s64 get_siginfo(struct caller *who, struct task *t, u64 to)
{
    struct signal_info info;
    u8 out[SIGINFO_SIZE];
    int error = ptrace_get_info(t, &info);

    if (error)
        return error;
    signal_info_to_abi(&info, out);
    return user_write(who->mm, to, out, sizeof(out));
}

static s64 set_siginfo(struct caller *who, struct task *t, u64 from)
{
    struct signal_info info;
    u8 in[SIGINFO_SIZE];

    if (user_read(who->mm, in, from, sizeof(in)))
        return -EFAULT;
    signal_info_from_abi(&info, in);
    return ptrace_set_info(t, &info);
}

struct abi_peek { /* struct __ptrace_peeksiginfo_args */
    u64 offset;
    u32 flags;
    s32 count;
};

static s64 peek_siginfo(struct caller *who, struct task *t, u64 address, u64 to)
{
    struct abi_peek a;
    s32 done;

    if (user_read(who->mm, &a, address, sizeof(a)))
        return -EFAULT;
    if (a.flags & ~1u || a.count < 0)
        return -EINVAL;
    if (a.offset > ~0u)
        return 0;
    for (done = 0; done < a.count; done++) {
        struct signal_info info;
        u8 out[SIGINFO_SIZE];

        if (ptrace_get_queued(t, a.flags & 1, a.offset + done, &info))
            break;
        signal_info_to_abi(&info, out);
        if (user_write(who->mm, to + (u64)done * sizeof(out), out, sizeof(out)))
            return done ? done : -EFAULT;
        if (signal_is_pending(who->task))
            return done + 1;
    }
    return done;
}

static s64 signal_mask(struct caller *who, struct task *t, bool write, u64 size,
                       u64 address)
{
    u64 mask;

    if (size != sizeof(sigset_t))
        return -EINVAL;
    if (!write) {
        bool temporary = atomic_load(&t->thread.head.work) & WORK_RESTORE_MASK;

        mask = temporary ? t->signal.saved_blocked : t->signal.blocked;
        return user_write64(who->mm, address, mask);
    }
    if (user_read64(who->mm, address, &mask))
        return -EFAULT;
    ptrace_set_mask(t, mask);
    return 0;
}

/* ------------------------------------------------------------ information */

struct abi_syscall_info { /* struct ptrace_syscall_info */
    u8 op, pad[3];
    u32 arch;
    u64 instruction_pointer, stack_pointer;
    union {
        struct {
            u64 nr, args[6];
            u32 data, pad;
        } entry; /* and seccomp */
        struct {
            s64 value;
            u8 is_error;
        } exit;
    };
};
ASSERT_SIZE(struct abi_syscall_info, 88);
enum {
    INFO_NONE,
    INFO_ENTRY,
    INFO_EXIT,
    INFO_SECCOMP
};

static u8 kind_of_stop(struct task *t)
{
    struct signal_info info;

    if (ptrace_get_info(t, &info))
        return INFO_NONE;
    if (info.code == (SIGTRAP | 0x80))
        return t->trace.message == PTRACE_MESSAGE_ENTRY  ? INFO_ENTRY
               : t->trace.message == PTRACE_MESSAGE_EXIT ? INFO_EXIT
                                                         : INFO_NONE;
    if (info.code == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
        return INFO_SECCOMP;
    return INFO_NONE;
}

static s64 syscall_info(struct caller *who, struct task *t, u64 size, u64 to)
{
    const struct user_regs *r = t->thread.head.regs;
    struct abi_syscall_info i;
    size_t have = offsetof(struct abi_syscall_info, entry);
    int error;

    memset(&i, 0, sizeof(i));
    i.op = kind_of_stop(t);
    i.arch = AUDIT_ARCH;
    i.instruction_pointer = arch_user_pc(r);
    i.stack_pointer = arch_user_sp(r);
    if (i.op == INFO_EXIT) {
        i.exit.value = arch_syscall_result(r);
        i.exit.is_error = (u64)i.exit.value >= (u64)-4095L;
        have += offsetof(struct abi_syscall_info, exit.is_error) - have + 1;
    } else if (i.op != INFO_NONE) {
        i.entry.nr = arch_syscall_number(r);
        for (unsigned n = 0; n < 6; n++)
            i.entry.args[n] = arch_syscall_arg(r, n);
        have += sizeof(i.entry.nr) + sizeof(i.entry.args);
        if (i.op == INFO_SECCOMP) {
            i.entry.data = (u32)t->trace.message;
            have += sizeof(i.entry.data);
        }
    }
    error = user_write(who->mm, to, &i, min((u64)have, size));
    return error ? error : (s64)have;
}

/* Programs as their users wrote them, oldest first. */
static s64 seccomp_program(struct caller *who, struct task *t, u64 index,
                           u64 to)
{
    struct seccomp_filter *f;
    s64 result;

    if (!caller_capable_init(who, CAP_SYS_ADMIN) || who->task->seccomp_mode)
        return -EACCES;
    if (t->seccomp_mode != SECCOMP_MODE_FILTER)
        return -EINVAL;
    f = seccomp_filter_at(t, index);
    if (!f)
        return -ENOENT;
    result = f->count;
    if (to && user_write(who->mm, to, f->program,
                         f->count * sizeof(struct bpf_instruction)))
        result = -EFAULT;
    seccomp_filter_put(f);
    return result;
}

static s64 seccomp_metadata(struct caller *who, struct task *t, u64 size,
                            u64 address)
{
    struct {
        u64 index, flags;
    } m;
    struct seccomp_filter *f;

    if (!caller_capable_init(who, CAP_SYS_ADMIN) || who->task->seccomp_mode)
        return -EACCES;
    size = min(size, (u64)sizeof(m));
    if (size < sizeof(m.index))
        return -EINVAL;
    if (user_read64(who->mm, address, &m.index))
        return -EFAULT;
    if (t->seccomp_mode != SECCOMP_MODE_FILTER)
        return -EINVAL;
    f = seccomp_filter_at(t, m.index);
    if (!f)
        return -ENOENT;
    m.flags = f->log ? SECCOMP_FILTER_LOG : 0;
    seccomp_filter_put(f);
    return user_write(who->mm, address, &m, size) ? -EFAULT : (s64)size;
}

static s64 rseq_configuration(struct caller *who, struct task *t, u64 size,
                              u64 to)
{
    struct {
        u64 address;
        u32 size, signature, flags, pad;
    } c = {t->rseq_address, t->rseq_address ? 32 : 0, t->rseq_signature, 0, 0};

    if (size != sizeof(c))
        return -EINVAL;
    return user_write(who->mm, to, &c, sizeof(c)) ? -EFAULT : (s64)sizeof(c);
}

/* --------------------------------------------------------------- requests */

static s64 set_options(struct caller *who, struct task *t, u64 options)
{
    int error = ptrace_check_options(who, options);

    if (!error)
        t->trace.options = options;
    return error;
}

static s64 resume(struct task *t, u64 request, u64 signo)
{
    switch (request) {
    case PTRACE_SYSCALL:
        return ptrace_resume(t, RESUME_SYSCALL, signo);
    case PTRACE_SINGLESTEP:
        return ptrace_resume(t, RESUME_STEP, signo);
    case PTRACE_SYSEMU:
        return ptrace_resume(t, RESUME_EMULATE, signo);
    case PTRACE_SYSEMU_SINGLESTEP:
        return ptrace_resume(t, RESUME_EMULATE | RESUME_STEP, signo);
    default:
        return ptrace_resume(t, RESUME_RUN, signo);
    }
}

static s64 kill_tracee(struct task *t)
{
    struct signal_info info = {.signo = SIGKILL, .code = SI_USER};

    signal_send_thread(t, &info);
    return 0;
}

/* What needs nothing but the state of the tracee. */
static s64 state_request(struct caller *who, struct task *t, u64 request,
                         u64 address, u64 data)
{
    switch (request) {
    case PTRACE_OLDSETOPTIONS:
    case PTRACE_SETOPTIONS:
        return set_options(who, t, data);
    case PTRACE_GETEVENTMSG:
        return user_write64(who->mm, data, t->trace.message);
    case PTRACE_GETSIGINFO:
        return get_siginfo(who, t, data);
    case PTRACE_SETSIGINFO:
        return set_siginfo(who, t, data);
    case PTRACE_PEEKSIGINFO:
        return peek_siginfo(who, t, address, data);
    case PTRACE_GETSIGMASK:
    case PTRACE_SETSIGMASK:
        return signal_mask(who, t, request == PTRACE_SETSIGMASK, address, data);
    case PTRACE_GET_SYSCALL_INFO:
        return syscall_info(who, t, address, data);
    case PTRACE_SECCOMP_GET_FILTER:
        return seccomp_program(who, t, address, data);
    case PTRACE_SECCOMP_GET_METADATA:
        return seccomp_metadata(who, t, address, data);
    case PTRACE_GET_RSEQ_CONFIGURATION:
        return rseq_configuration(who, t, address, data);
    default:
        return -EIO;
    }
}

static s64 do_request(struct caller *who, struct task *t, u64 request,
                      u64 address, u64 data)
{
    switch (request) {
    case PTRACE_PEEKTEXT:
    case PTRACE_PEEKDATA:
        return peek(who, t, address, data);
    case PTRACE_POKETEXT:
    case PTRACE_POKEDATA:
        return access_word(t, address, &data, true);
    case PTRACE_PEEKUSER:
    case PTRACE_POKEUSER:
        return user_area(who, t, request == PTRACE_POKEUSER, address, data);
    case PTRACE_GETREGS:
    case PTRACE_SETREGS:
    case PTRACE_GETFPREGS:
    case PTRACE_SETFPREGS:
        return old_registers(who, t, request, data);
    case PTRACE_GETREGSET:
    case PTRACE_SETREGSET:
        return regset(who, t, request == PTRACE_SETREGSET, address, data);
    case PTRACE_CONT:
    case PTRACE_SYSCALL:
    case PTRACE_SINGLESTEP:
    case PTRACE_SYSEMU:
    case PTRACE_SYSEMU_SINGLESTEP:
        return resume(t, request, data);
    case PTRACE_KILL:
        return kill_tracee(t);
    case PTRACE_DETACH:
        return ptrace_detach(who, t, data);
    case PTRACE_INTERRUPT:
        return ptrace_interrupt(t);
    case PTRACE_LISTEN:
        return ptrace_listen(t);
    default:
        return state_request(who, t, request, address, data);
    }
}

static s64 attach(struct caller *who, struct task *t, bool seize, u64 address,
                  u64 options)
{
    int error;

    if (!seize)
        return ptrace_attach(who, t, false, 0);
    if (address || options & ~(u64)PTRACE_O_MASK)
        return -EIO;
    error = ptrace_check_options(who, options);
    return error ? error : ptrace_attach(who, t, true, options);
}

s64 sys_ptrace(struct caller *who, const u64 *args)
{
    u64 request = args[0];
    struct task *t;
    s64 result;

    if (request == PTRACE_TRACEME)
        return ptrace_traceme(who->task);
    t = task_find(who, (s32)args[1]);
    if (!t)
        return -ESRCH;
    if (request == PTRACE_ATTACH || request == PTRACE_SEIZE) {
        result = attach(who, t, request == PTRACE_SEIZE, args[2], args[3]);
    } else {
        bool any = request == PTRACE_KILL || request == PTRACE_INTERRUPT;

        result = ptrace_hold(who, t, any);
        if (!result) {
            result = do_request(who, t, request, args[2], args[3]);
            if (!any && (result || request != PTRACE_DETACH))
                ptrace_done(t);
        }
    }
    task_put(t);
    return result;
}
