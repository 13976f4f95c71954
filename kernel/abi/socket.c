/* Sockets: the calls without messages. */
#include "abi/socket_abi.h"
#include "abi/syscall.h"
#include "core/object.h"
#include "core/slab.h"
#include "lib/string.h"
#include "net/socket.h"

#define SOCK_NONBLOCK 04000u
#define SOCK_CLOEXEC  02000000u
#define TYPE_MASK     0xfu

int abi_get_socket(struct caller *who, s32 fd, u32 rights,
                   struct handle_ref *ref, struct socket **s)
{
    int error = handle_get(who, fd, RIGHT_NONE, ref);

    if (error)
        return error;
    *s = socket_from_object(ref->object);
    if (*s && !(rights & ~ref->grant->rights))
        return 0;
    error = *s || ref->object->kind == OBJECT_PATH ? -EBADF : -ENOTSOCK;
    handle_done(ref);
    return error;
}

int abi_read_address(struct caller *who, u64 from, u32 length,
                     struct socket_address *out)
{
    if (length > SOCKADDR_MAX)
        return -EINVAL;
    memset(out, 0, sizeof(*out));
    out->length = length;
    return length ? user_read(who->mm, out->bytes, from, length) : 0;
}

int abi_write_address(struct caller *who, const struct socket_address *a,
                      u64 to, u64 length_at)
{
    u32 room, n;

    if (user_read32(who->mm, length_at, &room))
        return -EFAULT;
    if ((s32)room < 0)
        return -EINVAL;
    n = min(room, a->length);
    if (n && user_write(who->mm, to, a->bytes, n))
        return -EFAULT;
    return user_write32(who->mm, length_at, a->length);
}

static u32 object_flags(u32 type)
{
    return type & SOCK_NONBLOCK ? OBJ_NONBLOCK : 0;
}

static u32 slot_flags(u32 type)
{
    return type & SOCK_CLOEXEC ? HANDLE_CLOEXEC : 0;
}

s64 sys_socket(struct caller *who, const u64 *args)
{
    u32 type = (u32)args[1];
    struct grant *g;

    if (type & ~(TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC))
        return -EINVAL;
    g = socket_create(who, (s32)args[0], type & TYPE_MASK, (s32)args[2],
                      object_flags(type));
    return IS_ERR(g) ? PTR_ERR(g) : handle_add(who, g, slot_flags(type));
}

s64 sys_socketpair(struct caller *who, const u64 *args)
{
    u32 type = (u32)args[1];
    struct grant *g[2];
    s32 fds[2];
    s64 error;

    if (type & ~(TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC))
        return -EINVAL;
    error = fds[0] = handle_reserve(who, 0, slot_flags(type));
    if (error < 0)
        return error;
    error = fds[1] = handle_reserve(who, 0, slot_flags(type));
    if (error < 0)
        goto unreserve_first;
    error = user_write(who->mm, args[3], fds, sizeof(fds));
    if (error)
        goto unreserve;
    error = socket_create_pair(who, (s32)args[0], type & TYPE_MASK,
                               (s32)args[2], object_flags(type), g);
    if (error)
        goto unreserve;
    handle_install(who, fds[0], g[0]);
    handle_install(who, fds[1], g[1]);
    return 0;
unreserve:
    handle_unreserve(who, fds[1]);
unreserve_first:
    handle_unreserve(who, fds[0]);
    return error;
}

s64 sys_bind(struct caller *who, const u64 *args)
{
    struct socket_address a;
    struct handle_ref ref;
    struct socket *s;
    s64 error = abi_get_socket(who, (s32)args[0], RIGHT_BIND, &ref, &s);

    if (error)
        return error;
    error = abi_read_address(who, args[1], (u32)args[2], &a);
    if (!error)
        error = s->ops->bind ? s->ops->bind(who, s, &a) : -EOPNOTSUPP;
    handle_done(&ref);
    return error;
}

s64 sys_listen(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct socket *s;
    s64 error = abi_get_socket(who, (s32)args[0], RIGHT_BIND, &ref, &s);

    if (error)
        return error;
    error = s->ops->listen ? s->ops->listen(who, s, (s32)args[1]) : -EOPNOTSUPP;
    handle_done(&ref);
    return error;
}

/* Run an operation that may wait, as the socket's flags and timeouts say. */
static ssize_t run(struct caller *who, struct handle_ref *ref,
                   ssize_t (*op)(struct object *, struct io_request *),
                   void *extra)
{
    struct io_request req;

    request_init(&req, who, ref->object, op);
    iter_init_kernel(&req.iter, true, NULL, 0);
    req.extra = extra;
    if (atomic_load(&ref->object->flags) & OBJ_NONBLOCK)
        req.flags |= REQ_NOWAIT;
    return request_run(&req, ref->grant);
}

s64 sys_connect(struct caller *who, const u64 *args)
{
    struct socket_address a;
    struct handle_ref ref;
    struct socket *s;
    s64 error = abi_get_socket(who, (s32)args[0], RIGHT_CONNECT, &ref, &s);

    if (error)
        return error;
    error = abi_read_address(who, args[1], (u32)args[2], &a);
    if (!error)
        error =
            s->ops->connect ? run(who, &ref, s->ops->connect, &a) : -EOPNOTSUPP;
    handle_done(&ref);
    return error;
}

static s64 do_accept(struct caller *who, s32 listener, u64 address,
                     u64 length_at, u32 flags)
{
    struct socket_accept a = {.obj_flags = object_flags(flags)};
    struct handle_ref ref;
    struct socket *s;
    s64 error;
    int fd;

    if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC))
        return -EINVAL;
    error = abi_get_socket(who, listener, RIGHT_ACCEPT, &ref, &s);
    if (error)
        return error;
    fd = handle_reserve(who, 0, slot_flags(flags));
    error = fd;
    if (fd < 0)
        goto done;
    error = s->ops->accept ? run(who, &ref, s->ops->accept, &a) : -EOPNOTSUPP;
    if (error) {
        handle_unreserve(who, fd);
        goto done;
    }
    if (address)
        error = abi_write_address(who, &a.address, address, length_at);
    if (error) {
        handle_unreserve(who, fd);
        grant_put(a.grant);
        goto done;
    }
    handle_install(who, fd, a.grant);
    error = fd;
done:
    handle_done(&ref);
    return error;
}

s64 sys_accept4(struct caller *who, const u64 *args)
{
    return do_accept(who, (s32)args[0], args[1], args[2], (u32)args[3]);
}

s64 sys_accept(struct caller *who, const u64 *args)
{
    return do_accept(who, (s32)args[0], args[1], args[2], 0);
}

static s64 get_name(struct caller *who, const u64 *args, bool peer)
{
    struct socket_address a = {0};
    struct handle_ref ref;
    struct socket *s;
    s64 error = abi_get_socket(who, (s32)args[0], RIGHT_GETOPT, &ref, &s);

    if (error)
        return error;
    error = s->ops->name(s, peer, &a);
    if (!error)
        error = abi_write_address(who, &a, args[1], args[2]);
    handle_done(&ref);
    return error;
}

s64 sys_getsockname(struct caller *who, const u64 *args)
{
    return get_name(who, args, false);
}

s64 sys_getpeername(struct caller *who, const u64 *args)
{
    return get_name(who, args, true);
}

s64 sys_shutdown(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct socket *s;
    u32 how;
    s64 error = abi_get_socket(who, (s32)args[0], RIGHT_NONE, &ref, &s);

    if (error)
        return error;
    /* SHUT_RD, SHUT_WR, SHUT_RDWR are 0, 1, 2. */
    how = (u32)args[1] + 1;
    if (how < SHUTDOWN_READ || how > (SHUTDOWN_READ | SHUTDOWN_WRITE))
        error = -EINVAL;
    else if ((how & SHUTDOWN_READ && !(ref.grant->rights & RIGHT_READ)) ||
             (how & SHUTDOWN_WRITE && !(ref.grant->rights & RIGHT_WRITE)))
        error = -EBADF;
    else
        error = s->ops->shutdown(s, how);
    handle_done(&ref);
    return error;
}

#define OPTION_MAX 1024

s64 sys_setsockopt(struct caller *who, const u64 *args)
{
    u32 size = (u32)args[4];
    u8 value[OPTION_MAX];
    struct handle_ref ref;
    struct socket *s;
    s64 error;

    if ((s32)size < 0)
        return -EINVAL;
    error = abi_get_socket(who, (s32)args[0], RIGHT_SETOPT, &ref, &s);
    if (error)
        return error;
    size = min_t(u32, size, sizeof(value));
    error = user_read(who->mm, value, args[3], size);
    if (!error)
        error =
            socket_set_option(who, s, (s32)args[1], (s32)args[2], value, size);
    handle_done(&ref);
    return error;
}

s64 sys_getsockopt(struct caller *who, const u64 *args)
{
    u8 value[OPTION_MAX];
    struct handle_ref ref;
    struct socket *s;
    ssize_t n;
    u32 size;
    s64 error = abi_get_socket(who, (s32)args[0], RIGHT_GETOPT, &ref, &s);

    if (error)
        return error;
    error = user_read32(who->mm, args[4], &size);
    if (!error && (s32)size < 0)
        error = -EINVAL;
    if (!error) {
        n = socket_get_option(who, s, (s32)args[1], (s32)args[2], value,
                              min_t(u32, size, sizeof(value)));
        if (n < 0)
            error = n;
        else if (user_write(who->mm, args[3], value, n) ||
                 user_write32(who->mm, args[4], n))
            error = -EFAULT;
    }
    handle_done(&ref);
    return error;
}
