/* Hako's own system calls: grants, capability mode, endpoints. */
#include "abi/hako.h"

#include "abi/syscall.h"
#include "core/object.h"
#include "ipc/endpoint.h"
#include "lib/string.h"
#include "proc/task.h"

_Static_assert(HAKO_RIGHT_CALL == RIGHT_CALL &&
                   HAKO_RIGHT_TRANSFER == RIGHT_TRANSFER &&
                   HAKO_RIGHT_LOOKUP == RIGHT_LOOKUP &&
                   HAKO_RIGHT_MMAP == RIGHT_MMAP &&
                   HAKO_RIGHT_FLAGS == RIGHT_FLAGS,
               "rights that programs know");

s64 sys_hako_grant_derive(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct grant *g;
    s64 error = handle_get(who, (s32)args[0], RIGHT_DERIVE, &ref);

    if (error)
        return error;
    g = grant_derive(ref.grant, (u32)args[1]);
    handle_done(&ref);
    return IS_ERR(g) ? PTR_ERR(g) : handle_add(who, g, HANDLE_CLOEXEC);
}

s64 sys_hako_grant_revoke(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    s64 error = handle_get(who, (s32)args[0], RIGHT_DERIVE, &ref);

    if (error)
        return error;
    grant_revoke(ref.grant);
    handle_done(&ref);
    return 0;
}

s64 sys_hako_grant_rights(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    s64 result = handle_get(who, (s32)args[0], RIGHT_NONE, &ref);

    if (result)
        return result;
    result = ref.grant->rights;
    handle_done(&ref);
    return result;
}

s64 sys_hako_capability_enter(struct caller *who, const u64 *args)
{
    struct thread_group *g = who->task->group;
    struct task *t;

    (void)args;
    spin_lock(&tasklist_lock);
    list_for_each_entry (t, &g->threads, group_link)
        t->caller.flags |= CALLER_CAPABILITY;
    spin_unlock(&tasklist_lock);
    return 0;
}

/* --------------------------------------------------------------- endpoints */

s64 sys_hako_endpoint_create(struct caller *who, const u64 *args)
{
    struct grant *g[2];
    s32 fds[2];
    s64 error = endpoint_create(g);

    if (error)
        return error;
    error = fds[0] = handle_reserve(who, 0, HANDLE_CLOEXEC);
    if (error < 0)
        goto drop;
    error = fds[1] = handle_reserve(who, 0, HANDLE_CLOEXEC);
    if (error < 0)
        goto unreserve_first;
    error = user_write(who->mm, args[0], fds, sizeof(fds));
    if (error)
        goto unreserve;
    handle_install(who, fds[0], g[0]);
    handle_install(who, fds[1], g[1]);
    return 0;
unreserve:
    handle_unreserve(who, fds[1]);
unreserve_first:
    handle_unreserve(who, fds[0]);
drop:
    grant_put(g[0]);
    grant_put(g[1]);
    return error;
}

static void drop_grants(struct endpoint_message *m)
{
    for (u32 i = 0; i < m->grant_count; i++)
        grant_put(m->grants[i]);
    m->grant_count = 0;
}

/* What to send: the bytes' place and the grants of the handles. */
static s64 read_outgoing(struct caller *who, u64 address,
                         struct endpoint_message *m)
{
    struct hako_message u;

    memset(m, 0, sizeof(*m));
    if (user_read(who->mm, &u, address, sizeof(u)))
        return -EFAULT;
    if (u.handle_count > ENDPOINT_HANDLES_MAX || u.size > ENDPOINT_BYTES_MAX)
        return -EMSGSIZE;
    iter_init_user(&m->data, who->mm, false, u.data, u.size);
    for (u32 i = 0; i < u.handle_count; i++) {
        struct handle_ref ref;
        u32 fd;
        s64 error = user_read32(who->mm, u.handles + i * 4UL, &fd);

        if (!error)
            error = handle_get(who, (s32)fd, RIGHT_TRANSFER, &ref);
        if (error) {
            drop_grants(m);
            return error;
        }
        m->grants[m->grant_count++] = grant_get(ref.grant);
        handle_done(&ref);
    }
    return 0;
}

static s64 read_incoming(struct caller *who, u64 address,
                         struct hako_message *u, struct endpoint_message *m)
{
    memset(m, 0, sizeof(*m));
    if (user_read(who->mm, u, address, sizeof(*u)))
        return -EFAULT;
    iter_init_user(&m->data, who->mm, true, u->data,
                   min_t(u64, u->size, ENDPOINT_BYTES_MAX));
    return 0;
}

/* Received handles get numbers; what does not fit is dropped. */
static s64 write_handles(struct caller *who, u64 address,
                         const struct hako_message *u,
                         struct endpoint_message *m)
{
    u32 given = 0;
    s64 error = 0;

    for (; given < m->grant_count && given < u->handle_room; given++) {
        int fd = handle_reserve(who, 0, HANDLE_CLOEXEC);

        if (fd < 0)
            break;
        if (user_write32(who->mm, u->handles + given * 4UL, fd)) {
            handle_unreserve(who, fd);
            error = -EFAULT;
            break;
        }
        handle_install(who, fd, grant_get(m->grants[given]));
    }
    drop_grants(m);
    if (!error)
        error = user_write32(
            who->mm, address + offsetof(struct hako_message, handle_count),
            given);
    return error;
}

s64 sys_hako_endpoint_call(struct caller *who, const u64 *args)
{
    struct endpoint_message send, reply;
    struct hako_message room;
    struct handle_ref ref;
    s64 result = handle_get(who, (s32)args[0], RIGHT_CALL, &ref);

    if (result)
        return result;
    result = read_incoming(who, args[2], &room, &reply);
    if (!result)
        result = read_outgoing(who, args[1], &send);
    if (!result) {
        result = endpoint_call(who, &ref, &send, &reply);
        drop_grants(&send);
        if (result >= 0) {
            s64 error = write_handles(who, args[2], &room, &reply);
            result = error ? error : result;
        }
    }
    handle_done(&ref);
    return result;
}

s64 sys_hako_endpoint_receive(struct caller *who, const u64 *args)
{
    struct endpoint_message m;
    struct hako_message room;
    struct handle_ref ref;
    u32 token;
    s64 result;

    if (args[3] & ~(u64)HAKO_ENDPOINT_NOWAIT)
        return -EINVAL;
    result = handle_get(who, (s32)args[0], RIGHT_REPLY, &ref);
    if (result)
        return result;
    /* A call whose number cannot be told could not be replied to. */
    result = user_write32(who->mm, args[2], 0);
    if (!result)
        result = read_incoming(who, args[1], &room, &m);
    if (!result)
        result = endpoint_receive(who, &ref, &m, &token,
                                  args[3] & HAKO_ENDPOINT_NOWAIT);
    if (result >= 0) {
        s64 error = write_handles(who, args[1], &room, &m);
        if (!error)
            error = user_write32(who->mm, args[2], token);
        result = error ? error : result;
    }
    handle_done(&ref);
    return result;
}

s64 sys_hako_endpoint_reply(struct caller *who, const u64 *args)
{
    struct endpoint_message send;
    struct handle_ref ref;
    s64 result = handle_get(who, (s32)args[0], RIGHT_REPLY, &ref);

    if (result)
        return result;
    result = read_outgoing(who, args[2], &send);
    if (!result) {
        result = endpoint_reply(who, &ref, (u32)args[1], &send);
        drop_grants(&send);
    }
    handle_done(&ref);
    return result;
}
