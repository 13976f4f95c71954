#include "proc/siginfo_abi.h"

#include "lib/compiler.h"
#include "lib/string.h"
#include "proc/signal.h"

struct abi_siginfo {
    s32 signo, error, code, pad;
    union {
        struct {
            s32 pid;
            u32 uid;
            u64 value;
        } rt; /* kill, sigqueue */
        struct {
            s32 id, overrun;
            u64 value;
        } timer;
        struct {
            s32 pid;
            u32 uid;
            s32 status, pad;
            s64 user_ticks, system_ticks;
        } child;
        struct {
            u64 address;
            s16 address_lsb;
        } fault;
        struct {
            s64 band;
            s32 fd;
        } poll;
        struct {
            u64 call_address;
            s32 syscall;
            u32 arch;
        } sys;
        u8 bytes[SIGINFO_SIZE - 16];
    };
};
ASSERT_SIZE(struct abi_siginfo, SIGINFO_SIZE);
ASSERT_OFFSET(struct abi_siginfo, child.user_ticks, 32);
ASSERT_OFFSET(struct abi_siginfo, rt.value, 24);

enum layout {
    LAYOUT_RT,
    LAYOUT_TIMER,
    LAYOUT_CHILD,
    LAYOUT_FAULT,
    LAYOUT_POLL,
    LAYOUT_SYS
};

/* Which member of the union a signal and its code use (signalfd.c and
 * siginfo_layout() of Linux agree on it). */
static enum layout layout_of(const struct signal_info *i)
{
    if (i->code == SI_TIMER)
        return LAYOUT_TIMER;
    if (i->code == SI_SIGIO)
        return LAYOUT_POLL;
    if (i->code <= 0 || i->code == SI_KERNEL)
        return LAYOUT_RT;
    if (i->child)
        return LAYOUT_CHILD; /* whatever clone() chose as exit signal */
    switch (i->signo) {
    case SIGCHLD:
        return LAYOUT_CHILD;
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGTRAP:
        return LAYOUT_FAULT;
    case SIGIO:
        return LAYOUT_POLL;
    case SIGSYS:
        return LAYOUT_SYS;
    default:
        /* F_SETSIG: codes POLL_IN to POLL_HUP of any signal, always with a
         * band; clone(2)'s exit signal: codes CLD_*. */
        return i->code > 6 ? LAYOUT_RT : i->band ? LAYOUT_POLL : LAYOUT_CHILD;
    }
}

void signal_info_to_abi(const struct signal_info *i, u8 out[SIGINFO_SIZE])
{
    struct abi_siginfo a;

    memset(&a, 0, sizeof(a));
    a.signo = i->signo;
    a.error = i->error;
    a.code = i->code;
    switch (layout_of(i)) {
    case LAYOUT_RT:
        a.rt.pid = i->pid;
        a.rt.uid = i->uid;
        a.rt.value = i->value;
        break;
    case LAYOUT_TIMER:
        a.timer.id = i->timer_id;
        a.timer.overrun = i->overrun;
        a.timer.value = i->value;
        break;
    case LAYOUT_CHILD:
        a.child.pid = i->pid;
        a.child.uid = i->uid;
        a.child.status = i->status;
        a.child.user_ticks = i->user_ticks;
        a.child.system_ticks = i->system_ticks;
        break;
    case LAYOUT_FAULT:
        a.fault.address = i->address;
        break;
    case LAYOUT_POLL:
        a.poll.band = i->band;
        a.poll.fd = i->fd;
        break;
    case LAYOUT_SYS:
        a.sys.call_address = i->call_address;
        a.sys.syscall = i->syscall;
        a.sys.arch = i->arch;
        break;
    }
    memcpy(out, &a, sizeof(a));
}

void signal_info_from_abi(struct signal_info *i, const u8 in[SIGINFO_SIZE])
{
    struct abi_siginfo a;

    memcpy(&a, in, sizeof(a));
    *i = (struct signal_info){
        .signo = a.signo,
        .error = a.error,
        .code = a.code,
        .pid = a.rt.pid,
        .uid = a.rt.uid,
        .value = a.rt.value,
    };
}

struct abi_signalfd_siginfo { /* uapi/linux/signalfd.h */
    u32 signo;
    s32 error, code;
    u32 pid, uid;
    s32 fd;
    u32 tid, band, overrun, trapno;
    s32 status, integer;
    u64 pointer, user_ticks, system_ticks, address;
    u16 address_lsb, pad2;
    s32 syscall;
    u64 call_address;
    u32 arch;
    u8 pad[28];
};
ASSERT_SIZE(struct abi_signalfd_siginfo, 128);

void signal_info_to_signalfd(const struct signal_info *i, u8 out[128])
{
    struct abi_signalfd_siginfo a;

    memset(&a, 0, sizeof(a));
    a.signo = i->signo;
    a.error = i->error;
    a.code = i->code;
    switch (layout_of(i)) {
    case LAYOUT_RT:
        a.pid = i->pid;
        a.uid = i->uid;
        a.pointer = i->value;
        a.integer = (s32)i->value;
        break;
    case LAYOUT_TIMER:
        a.tid = i->timer_id;
        a.overrun = i->overrun;
        a.pointer = i->value;
        a.integer = (s32)i->value;
        break;
    case LAYOUT_CHILD:
        a.pid = i->pid;
        a.uid = i->uid;
        a.status = i->status;
        a.user_ticks = i->user_ticks;
        a.system_ticks = i->system_ticks;
        break;
    case LAYOUT_FAULT:
        a.address = i->address;
        break;
    case LAYOUT_POLL:
        a.band = i->band;
        a.fd = i->fd;
        break;
    case LAYOUT_SYS:
        a.call_address = i->call_address;
        a.syscall = i->syscall;
        a.arch = i->arch;
        break;
    }
    memcpy(out, &a, sizeof(a));
}
