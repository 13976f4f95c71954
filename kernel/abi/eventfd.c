/* eventfd, timerfd, signalfd. */
#include "abi/syscall.h"
#include "core/object.h"
#include "ipc/eventfd.h"
#include "ipc/signalfd.h"
#include "ipc/timerfd.h"

#define O_NONBLOCK 04000u
#define O_CLOEXEC  02000000u

static s64 add(struct caller *who, struct grant *g, u32 flags)
{
    if (IS_ERR(g))
        return PTR_ERR(g);
    return handle_add(who, g, flags & O_CLOEXEC ? HANDLE_CLOEXEC : 0);
}

static u32 object_flags(u32 flags)
{
    return flags & O_NONBLOCK ? OBJ_NONBLOCK : 0;
}

s64 sys_eventfd2(struct caller *who, const u64 *args)
{
    u32 flags = (u32)args[1];

    if (flags & ~(O_NONBLOCK | O_CLOEXEC | 1u))
        return -EINVAL;
    return add(who,
               eventfd_create((u32)args[0], flags & 1, object_flags(flags)),
               flags);
}

s64 sys_eventfd(struct caller *who, const u64 *args)
{
    u64 full[2] = {args[0], 0};

    return sys_eventfd2(who, full);
}

s64 sys_timerfd_create(struct caller *who, const u64 *args)
{
    u32 flags = (u32)args[1];

    if (flags & ~(O_NONBLOCK | O_CLOEXEC))
        return -EINVAL;
    return add(who, timerfd_create(who, (s32)args[0], object_flags(flags)),
               flags);
}

static int write_value(struct caller *who, u64 address,
                       const struct timerfd_value *v)
{
    int error = abi_write_timespec(who, address, v->interval);

    return error ? error
                 : abi_write_timespec(
                       who, address + sizeof(struct abi_timespec), v->value);
}

#define TFD_TIMER_ABSTIME       1u
#define TFD_TIMER_CANCEL_ON_SET 2u

s64 sys_timerfd_settime(struct caller *who, const u64 *args)
{
    u32 flags = (u32)args[1];
    struct timerfd_value v, old;
    struct handle_ref ref;
    s64 error;

    error = abi_read_timespec(who, args[2], &v.interval);
    if (!error)
        error = abi_read_timespec(who, args[2] + sizeof(struct abi_timespec),
                                  &v.value);
    if (!error && flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
        error = -EINVAL;
    if (!error)
        error = handle_get(who, (s32)args[0], RIGHT_NONE, &ref);
    if (error)
        return error;
    error = timerfd_get(ref.object, &old);
    if (!error && !(ref.grant->rights & RIGHT_WRITE))
        error = -EBADF;
    if (!error)
        error = timerfd_set(who, ref.object, flags & TFD_TIMER_ABSTIME,
                            flags & TFD_TIMER_CANCEL_ON_SET, &v, &old);
    handle_done(&ref);
    if (error || !args[3])
        return error;
    return write_value(who, args[3], &old);
}

s64 sys_timerfd_gettime(struct caller *who, const u64 *args)
{
    struct timerfd_value v;
    struct handle_ref ref;
    s64 error = handle_get(who, (s32)args[0], RIGHT_NONE, &ref);

    if (error)
        return error;
    error = timerfd_get(ref.object, &v);
    if (!error && !(ref.grant->rights & RIGHT_READ))
        error = -EBADF;
    handle_done(&ref);
    return error ? error : write_value(who, args[1], &v);
}

static s64 do_signalfd(struct caller *who, s32 fd, u64 mask, u64 size,
                       u32 flags)
{
    struct handle_ref ref;
    u64 set;
    s64 error;

    if (flags & ~(O_NONBLOCK | O_CLOEXEC))
        return -EINVAL;
    error = abi_read_sigset(who, mask, size, &set);
    if (error)
        return error;
    if (fd == -1)
        return add(who, signalfd_create(set, object_flags(flags)), flags);
    error = handle_get(who, fd, RIGHT_NONE, &ref);
    if (error)
        return error;
    error = object_is_signalfd(ref.object) && !(ref.grant->rights & RIGHT_WRITE)
                ? -EBADF
                : signalfd_change(ref.object, set);
    handle_done(&ref);
    return error ? error : fd;
}

s64 sys_signalfd4(struct caller *who, const u64 *args)
{
    return do_signalfd(who, (s32)args[0], args[1], args[2], (u32)args[3]);
}

s64 sys_signalfd(struct caller *who, const u64 *args)
{
    return do_signalfd(who, (s32)args[0], args[1], args[2], 0);
}
