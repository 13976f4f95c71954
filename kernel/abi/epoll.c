/* epoll. */
#include <asm/abi.h>

#include "abi/syscall.h"
#include "core/object.h"
#include "core/time.h"
#include "ipc/epoll.h"
#include "proc/task.h"

#define EPOLL_CLOEXEC 02000000u
#define EVENTS_MAX    (0x7fffffff / (s32)sizeof(struct arch_epoll_event))

static s64 create(struct caller *who, u32 flags)
{
    struct grant *g;

    if (flags & ~EPOLL_CLOEXEC)
        return -EINVAL;
    g = epoll_create(who);
    if (IS_ERR(g))
        return PTR_ERR(g);
    return handle_add(who, g, flags & EPOLL_CLOEXEC ? HANDLE_CLOEXEC : 0);
}

s64 sys_epoll_create1(struct caller *who, const u64 *args)
{
    return create(who, (u32)args[0]);
}

s64 sys_epoll_create(struct caller *who, const u64 *args)
{
    return (s32)args[0] <= 0 ? -EINVAL : create(who, 0);
}

s64 sys_epoll_ctl(struct caller *who, const u64 *args)
{
    struct arch_epoll_event event = {0};
    struct handle_ref epoll, target;
    s32 op = (s32)args[1];
    s64 result;

    if (op != EPOLL_CTL_DEL &&
        user_read(who->mm, &event, args[3], sizeof(event)))
        return -EFAULT;
    result = handle_get(who, (s32)args[0], RIGHT_NONE, &epoll);
    if (result)
        return result;
    result = handle_get(who, (s32)args[2], RIGHT_POLL, &target);
    if (!result) {
        result = object_is_epoll(epoll.object) &&
                         !(epoll.grant->rights & RIGHT_WRITE)
                     ? -EBADF
                     : epoll_control(epoll.object, op, (s32)args[2], &target,
                                     event.events, event.data);
        handle_done(&target);
    }
    handle_done(&epoll);
    return result;
}

struct emit_context {
    struct caller *who;
    u64 to;
};

static int emit(void *ctx, u32 events, u64 data)
{
    struct emit_context *c = ctx;
    struct arch_epoll_event e = {.events = events, .data = data};
    int error = user_write(c->who->mm, c->to, &e, sizeof(e));

    c->to += sizeof(e);
    return error;
}

static s64 wait(struct caller *who, const u64 *args, u64 deadline)
{
    struct emit_context c = {who, args[1]};
    s32 max = (s32)args[2];
    struct handle_ref ref;
    s64 result;

    if (max <= 0 || max > EVENTS_MAX)
        return -EINVAL;
    if (!arch_user_range_ok(args[1],
                            (u64)max * sizeof(struct arch_epoll_event)))
        return -EFAULT;
    result = handle_get(who, (s32)args[0], RIGHT_NONE, &ref);
    if (result)
        return result;
    if (!object_is_epoll(ref.object))
        result = -EINVAL;
    else if (!(ref.grant->rights & RIGHT_READ))
        result = -EBADF;
    else
        result = epoll_wait_events(ref.grant, max, deadline, emit, &c);
    handle_done(&ref);
    return result;
}

static u64 deadline_of_ms(s32 ms)
{
    return ms < 0 ? WAIT_FOREVER : !ms ? 0 : abi_deadline(ms * 1000000ULL);
}

s64 sys_epoll_wait(struct caller *who, const u64 *args)
{
    return wait(who, args, deadline_of_ms((s32)args[3]));
}

static s64 wait_masked(struct caller *who, const u64 *args, u64 deadline)
{
    s64 result;
    u64 set;

    if (!args[4])
        return wait(who, args, deadline);
    result = abi_read_sigset(who, args[4], args[5], &set);
    if (result)
        return result;
    signal_set_temporary_mask(who->task, set);
    result = wait(who, args, deadline);
    signal_restore_mask(who->task, result == -EINTR);
    return result;
}

s64 sys_epoll_pwait(struct caller *who, const u64 *args)
{
    return wait_masked(who, args, deadline_of_ms((s32)args[3]));
}

s64 sys_epoll_pwait2(struct caller *who, const u64 *args)
{
    u64 deadline = WAIT_FOREVER, ns;

    if (args[3]) {
        int error = abi_read_timespec(who, args[3], &ns);
        if (error)
            return error;
        deadline = ns ? abi_deadline(ns) : 0;
    }
    return wait_masked(who, args, deadline);
}
