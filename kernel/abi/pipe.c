/* pipe and pipe2. */
#include <asm/abi.h>

#include "abi/syscall.h"
#include "core/object.h"
#include "ipc/pipe.h"

#define O_NONBLOCK 04000u
#define O_CLOEXEC  02000000u
#define O_DIRECT   ((u32)ARCH_O_DIRECT)

static s64 make_pipe(struct caller *who, u64 address, u32 flags)
{
    struct grant *r, *w;
    s32 fds[2];
    u32 object_flags = 0, slot = flags & O_CLOEXEC ? HANDLE_CLOEXEC : 0;
    int error;

    if (flags & ~(O_NONBLOCK | O_CLOEXEC | O_DIRECT))
        return -EINVAL;
    if (flags & O_NONBLOCK)
        object_flags |= OBJ_NONBLOCK;
    if (flags & O_DIRECT)
        object_flags |= OBJ_DIRECT;
    error = pipe_create(who, object_flags, &r, &w);
    if (error)
        return error;
    error = fds[0] = handle_reserve(who, 0, slot);
    if (error < 0)
        goto drop;
    error = fds[1] = handle_reserve(who, 0, slot);
    if (error < 0)
        goto unreserve_first;
    error = user_write(who->mm, address, fds, sizeof(fds));
    if (error)
        goto unreserve;
    handle_install(who, fds[0], r);
    handle_install(who, fds[1], w);
    return 0;
unreserve:
    handle_unreserve(who, fds[1]);
unreserve_first:
    handle_unreserve(who, fds[0]);
drop:
    grant_put(r);
    grant_put(w);
    return error;
}

s64 sys_pipe(struct caller *who, const u64 *args)
{
    return make_pipe(who, args[0], 0);
}

s64 sys_pipe2(struct caller *who, const u64 *args)
{
    return make_pipe(who, args[0], (u32)args[1]);
}
