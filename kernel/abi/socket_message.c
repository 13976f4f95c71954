/* send, recv and their variants; ancillary data. */
#include "abi/socket_abi.h"
#include "abi/syscall.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/string.h"
#include "net/socket.h"
#include "proc/pid.h"
#include "proc/task.h"

#define SCM_RIGHTS      1
#define SCM_CREDENTIALS 2
#define IOV_MAX         1024
#define CONTROL_MAX     20480
/* sendmmsg and recvmmsg: at most so many at once. */
#define MESSAGES_MAX 1024

struct abi_msghdr {
    u64 name;
    u32 name_length, pad;
    u64 vector, vector_count;
    u64 control, control_length;
    u32 flags, pad2;
};
ASSERT_SIZE(struct abi_msghdr, 56);

struct abi_mmsghdr {
    struct abi_msghdr header;
    u32 length, pad;
};
ASSERT_SIZE(struct abi_mmsghdr, 64);

struct abi_cmsghdr {
    u64 length;
    s32 level, type;
};
#define CMSG_ALIGN(n) round_up((u64)(n), 8)

struct abi_ucred {
    s32 pid;
    u32 uid, gid;
};

/* ------------------------------------------------------- control: sending --
 */

static int collect_rights(struct caller *who, const u8 *data, u64 n,
                          struct socket_control *out)
{
    u32 count = n / sizeof(s32);

    if (out->grant_count + count > SCM_RIGHTS_MAX)
        return -EINVAL;
    if (!out->grants) {
        out->grants =
            kmalloc_array(SCM_RIGHTS_MAX, sizeof(*out->grants), ALLOC_KERNEL);
        if (!out->grants)
            return -ENOMEM;
    }
    for (u32 i = 0; i < count; i++) {
        struct handle_ref ref;
        s32 fd;
        int error;

        memcpy(&fd, data + i * sizeof(fd), sizeof(fd));
        error = handle_get(who, fd, RIGHT_TRANSFER, &ref);
        if (error)
            return error;
        out->grants[out->grant_count++] = grant_get(ref.grant);
        handle_done(&ref);
    }
    return 0;
}

/* A process may only claim ids that it has (unix(7), SCM_CREDENTIALS). */
static int collect_credentials(struct caller *who, const u8 *data, u64 n,
                               struct socket_control *out)
{
    const struct cred *c = who->cred;
    struct abi_ucred u;
    struct pid *pid;
    kuid_t uid;
    kgid_t gid;

    if (n != sizeof(u))
        return -EINVAL;
    memcpy(&u, data, sizeof(u));
    uid = uid_to_kernel(c->user_ns, u.uid);
    gid = gid_to_kernel(c->user_ns, u.gid);
    if (uid.value == ~0u || gid.value == ~0u)
        return -EINVAL;
    if (!(kuid_equal(uid, c->uid) || kuid_equal(uid, c->euid) ||
          kuid_equal(uid, c->suid) || caller_capable(who, CAP_SETUID)) ||
        !(kgid_equal(gid, c->gid) || kgid_equal(gid, c->egid) ||
          kgid_equal(gid, c->sgid) || caller_capable(who, CAP_SETGID)))
        return -EPERM;
    if ((u32)u.pid != pid_number(who->task->group->leader->pids[PID_PROCESS],
                                 task_pid_ns(who->task)) &&
        !caller_capable(who, CAP_SYS_ADMIN))
        return -EPERM;
    pid = pid_find_get(task_pid_ns(who->task), u.pid);
    if (!pid)
        return -ESRCH;
    pid_put(out->pid);
    out->pid = pid;
    out->has_cred = true;
    out->uid = uid.value;
    out->gid = gid.value;
    return 0;
}

static int parse_control(struct caller *who, struct socket *s,
                         const u8 *control, u64 size,
                         struct socket_control *out)
{
    struct abi_cmsghdr h;
    u64 at = 0;

    while (size - at >= sizeof(h)) {
        const u8 *data = control + at + sizeof(h);
        int error = 0;

        memcpy(&h, control + at, sizeof(h));
        if (h.length < sizeof(h) || h.length > size - at)
            return -EINVAL;
        if (h.level == SOL_SOCKET) {
            u64 n = h.length - sizeof(h);
            if (h.type == SCM_RIGHTS)
                error = s->family == AF_UNIX ? collect_rights(who, data, n, out)
                                             : -EINVAL;
            else if (h.type == SCM_CREDENTIALS)
                error = collect_credentials(who, data, n, out);
            else
                error = -EINVAL;
        }
        if (error)
            return error;
        at += CMSG_ALIGN(h.length);
        if (at > size)
            break;
    }
    return 0;
}

static int read_control(struct caller *who, struct socket *s,
                        const struct abi_msghdr *h, struct socket_control *out)
{
    u8 *control;
    int error;

    if (!h->control || !h->control_length)
        return 0;
    if (h->control_length > CONTROL_MAX)
        return -ENOBUFS;
    control = kmalloc(h->control_length, ALLOC_KERNEL);
    if (!control)
        return -ENOBUFS;
    error = user_read(who->mm, control, h->control, h->control_length);
    if (!error)
        error = parse_control(who, s, control, h->control_length, out);
    if (error)
        socket_control_drop(out);
    kfree(control);
    return error;
}

/* ----------------------------------------------------- control: receiving --
 */

struct control_writer {
    struct caller *who;
    u64 at, left;
    u32 flags; /* out: MSG_CTRUNC */
};

/* Room for one record with n bytes of data; how much data fits. */
static u64 control_room(const struct control_writer *w)
{
    return w->left > sizeof(struct abi_cmsghdr)
               ? w->left - sizeof(struct abi_cmsghdr)
               : 0;
}

static int put_header(struct control_writer *w, s32 type, u64 n)
{
    struct abi_cmsghdr h = {sizeof(h) + n, SOL_SOCKET, type};
    u64 used = min(CMSG_ALIGN(h.length), w->left);

    if (user_write(w->who->mm, w->at, &h, sizeof(h)))
        return -EFAULT;
    w->at += used;
    w->left -= used;
    return 0;
}

static void put_credentials(struct control_writer *w,
                            const struct socket_control *c)
{
    struct user_namespace *ns = w->who->cred->user_ns;
    struct abi_ucred u = {
        .pid = c->has_cred && c->pid
                   ? (s32)pid_number(c->pid, task_pid_ns(w->who->task))
                   : 0,
        .uid = c->has_cred ? uid_from_kernel(ns, (kuid_t){c->uid}) : 65534,
        .gid = c->has_cred ? gid_from_kernel(ns, (kgid_t){c->gid}) : 65534,
    };
    u64 n = min_t(u64, control_room(w), sizeof(u));

    if (n < sizeof(u))
        w->flags |= MSG_CTRUNC;
    if (!control_room(w))
        return;
    if (user_write(w->who->mm, w->at + sizeof(struct abi_cmsghdr), &u, n) ||
        put_header(w, SCM_CREDENTIALS, n))
        w->flags |= MSG_CTRUNC;
}

/* Install as many handles as there is room for; the others are dropped. */
static void put_rights(struct control_writer *w, struct socket_control *c,
                       bool cloexec)
{
    u32 fit = min_t(u64, control_room(w) / sizeof(s32), c->grant_count);
    u64 data = w->at + sizeof(struct abi_cmsghdr);
    u32 given = 0;

    for (; given < fit; given++) {
        int fd = handle_reserve(w->who, 0, cloexec ? HANDLE_CLOEXEC : 0);

        if (fd < 0)
            break;
        if (user_write32(w->who->mm, data + given * sizeof(s32), fd)) {
            handle_unreserve(w->who, fd);
            break;
        }
        handle_install(w->who, fd, grant_get(c->grants[given]));
    }
    if (given < c->grant_count)
        w->flags |= MSG_CTRUNC;
    if (given)
        put_header(w, SCM_RIGHTS, given * sizeof(s32));
}

static u64 write_control(struct caller *who, struct socket *s,
                         struct socket_message *m, const struct abi_msghdr *h,
                         u32 flags, u32 *out_flags)
{
    struct control_writer w = {who, h->control, h->control_length, 0};

    if (!h->control)
        w.left = 0;
    if (s->options & SOCKET_PASSCRED)
        put_credentials(&w, &m->control);
    if (m->control.grant_count)
        put_rights(&w, &m->control, flags & MSG_CMSG_CLOEXEC);
    *out_flags |= w.flags;
    return h->control ? w.at - h->control : 0;
}

/* --------------------------------------------------------------- transfers --
 */

/* The iovec array of a message: kmalloc'ed, or NULL when there is none. */
static int read_vector(struct caller *who, u64 address, u64 count,
                       struct user_segment **out, u64 *total)
{
    struct user_segment *v;

    *out = NULL;
    *total = 0;
    if (count > IOV_MAX)
        return -EMSGSIZE;
    if (!count)
        return 0;
    v = kmalloc_array(count, sizeof(*v), ALLOC_KERNEL);
    if (!v)
        return -ENOMEM;
    if (user_read(who->mm, v, address, count * sizeof(*v))) {
        kfree(v);
        return -EFAULT;
    }
    for (u64 i = 0; i < count; i++) {
        u64 room = 0x7ffff000 - *total;
        if ((s64)v[i].length < 0) {
            kfree(v);
            return -EINVAL;
        }
        if (!arch_user_range_ok(v[i].base, v[i].length)) {
            kfree(v);
            return -EFAULT;
        }
        v[i].length = min(v[i].length, room);
        *total += v[i].length;
    }
    *out = v;
    return 0;
}

static ssize_t run(struct caller *who, struct handle_ref *ref,
                   struct io_request *req, struct socket_message *m,
                   ssize_t (*op)(struct object *, struct io_request *))
{
    req->op = op;
    req->extra = m;
    if (atomic_load(&ref->object->flags) & OBJ_NONBLOCK ||
        m->flags & MSG_DONTWAIT)
        req->flags |= REQ_NOWAIT;
    (void)who;
    return request_run(req, ref->grant);
}

/* An address in a message is a connect for its length: it takes that right, and
 * names something global. */
static s64 check_destination(const struct caller *who,
                             const struct handle_ref *ref,
                             const struct socket_message *m)
{
    if (!m->address.length)
        return 0;
    if (who->flags & CALLER_CAPABILITY)
        return -EPERM;
    return ref->grant->rights & RIGHT_CONNECT ? 0 : -EBADF;
}

static s64 send_one(struct caller *who, struct handle_ref *ref,
                    struct socket *s, const struct abi_msghdr *h, u32 flags)
{
    struct socket_message m = {.flags = flags};
    struct user_segment *v;
    struct io_request req;
    u64 total;
    s64 result = 0;

    if (h->name && h->name_length)
        result = abi_read_address(
            who, h->name, min_t(u32, h->name_length, SOCKADDR_MAX), &m.address);
    if ((s32)h->name_length < 0)
        result = -EINVAL;
    if (!result)
        result = check_destination(who, ref, &m);
    if (!result)
        result = read_vector(who, h->vector, h->vector_count, &v, &total);
    if (result)
        return result;
    result = read_control(who, s, h, &m.control);
    if (!result) {
        request_init(&req, who, ref->object, s->ops->send);
        iter_init_vector(&req.iter, who->mm, false, v, h->vector_count, total);
        result = run(who, ref, &req, &m, s->ops->send);
    }
    socket_control_drop(&m.control);
    kfree(v);
    return result;
}

/* *out_flags and *control_used are for the header. */
static s64 receive_one(struct caller *who, struct handle_ref *ref,
                       struct socket *s, const struct abi_msghdr *h, u32 flags,
                       struct socket_address *from, u32 *out_flags,
                       u64 *control_used)
{
    struct socket_message m = {.flags = flags};
    struct user_segment *v;
    struct io_request req;
    u64 total;
    s64 result = read_vector(who, h->vector, h->vector_count, &v, &total);

    if (result)
        return result;
    request_init(&req, who, ref->object, s->ops->receive);
    iter_init_vector(&req.iter, who->mm, true, v, h->vector_count, total);
    result = run(who, ref, &req, &m, s->ops->receive);
    if (result >= 0) {
        *out_flags = m.out_flags;
        *control_used = write_control(who, s, &m, h, flags, out_flags);
        *from = m.address;
    }
    socket_control_drop(&m.control);
    kfree(v);
    return result;
}

s64 sys_sendto(struct caller *who, const u64 *args)
{
    struct user_segment one = {args[1], min_t(u64, args[2], 0x7ffff000)};
    struct socket_message m = {.flags = (u32)args[3]};
    struct handle_ref ref;
    struct io_request req;
    struct socket *s;
    s64 result;

    if (!arch_user_range_ok(one.base, one.length))
        return -EFAULT;
    result = abi_get_socket(who, (s32)args[0], RIGHT_WRITE, &ref, &s);
    if (result)
        return result;
    if (args[4])
        result = abi_read_address(who, args[4], (u32)args[5], &m.address);
    if (!result)
        result = check_destination(who, &ref, &m);
    if (!result) {
        request_init(&req, who, ref.object, s->ops->send);
        iter_init_user(&req.iter, who->mm, false, one.base, one.length);
        result = run(who, &ref, &req, &m, s->ops->send);
    }
    handle_done(&ref);
    return result;
}

s64 sys_recvfrom(struct caller *who, const u64 *args)
{
    u64 length = min_t(u64, args[2], 0x7ffff000);
    struct socket_message m = {.flags = (u32)args[3]};
    struct handle_ref ref;
    struct io_request req;
    struct socket *s;
    s64 result;

    if (!arch_user_range_ok(args[1], length))
        return -EFAULT;
    result = abi_get_socket(who, (s32)args[0], RIGHT_READ, &ref, &s);
    if (result)
        return result;
    request_init(&req, who, ref.object, s->ops->receive);
    iter_init_user(&req.iter, who->mm, true, args[1], length);
    result = run(who, &ref, &req, &m, s->ops->receive);
    if (result >= 0 && args[4] &&
        abi_write_address(who, &m.address, args[4], args[5]))
        result = -EFAULT;
    socket_control_drop(&m.control);
    handle_done(&ref);
    return result;
}

s64 sys_sendmsg(struct caller *who, const u64 *args)
{
    struct abi_msghdr h;
    struct handle_ref ref;
    struct socket *s;
    s64 result = abi_get_socket(who, (s32)args[0], RIGHT_WRITE, &ref, &s);

    if (result)
        return result;
    result = user_read(who->mm, &h, args[1], sizeof(h));
    if (!result)
        result = send_one(who, &ref, s, &h, (u32)args[2]);
    handle_done(&ref);
    return result;
}

/* Write back what a received message changes in its header at `address`. */
static int write_header(struct caller *who, u64 address,
                        const struct abi_msghdr *h,
                        const struct socket_address *from, u32 flags,
                        u64 control_used)
{
    if (h->name) {
        u32 n = min(h->name_length, from->length);
        if ((s32)h->name_length < 0)
            return -EINVAL;
        if (n && user_write(who->mm, h->name, from->bytes, n))
            return -EFAULT;
        if (user_write32(who->mm,
                         address + offsetof(struct abi_msghdr, name_length),
                         from->length))
            return -EFAULT;
    }
    if (user_write32(who->mm, address + offsetof(struct abi_msghdr, flags),
                     flags))
        return -EFAULT;
    return user_write64(who->mm,
                        address + offsetof(struct abi_msghdr, control_length),
                        control_used);
}

static s64 receive_into(struct caller *who, struct handle_ref *ref,
                        struct socket *s, u64 address, u32 flags)
{
    struct socket_address from = {0};
    struct abi_msghdr h;
    u32 out_flags = 0;
    u64 used = 0;
    s64 result = user_read(who->mm, &h, address, sizeof(h));

    if (result)
        return result;
    result = receive_one(who, ref, s, &h, flags, &from, &out_flags, &used);
    if (result < 0)
        return result;
    out_flags |= flags & MSG_CMSG_CLOEXEC;
    int error = write_header(who, address, &h, &from, out_flags, used);
    return error ? error : result;
}

s64 sys_recvmsg(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct socket *s;
    s64 result = abi_get_socket(who, (s32)args[0], RIGHT_READ, &ref, &s);

    if (result)
        return result;
    result = receive_into(who, &ref, s, args[1], (u32)args[2]);
    handle_done(&ref);
    return result;
}

s64 sys_sendmmsg(struct caller *who, const u64 *args)
{
    u32 count = min_t(u32, (u32)args[2], MESSAGES_MAX), sent = 0;
    struct handle_ref ref;
    struct socket *s;
    s64 result = abi_get_socket(who, (s32)args[0], RIGHT_WRITE, &ref, &s);

    if (result)
        return result;
    for (; sent < count; sent++) {
        u64 at = args[1] + sent * sizeof(struct abi_mmsghdr);
        struct abi_msghdr h;

        result = user_read(who->mm, &h, at, sizeof(h));
        if (!result)
            result = send_one(who, &ref, s, &h, (u32)args[3]);
        if (result < 0)
            break;
        if (user_write32(who->mm, at + offsetof(struct abi_mmsghdr, length),
                         result)) {
            result = -EFAULT;
            break;
        }
    }
    handle_done(&ref);
    return sent ? sent : result;
}

s64 sys_recvmmsg(struct caller *who, const u64 *args)
{
    u32 count = min_t(u32, (u32)args[2], MESSAGES_MAX), got = 0;
    u32 flags = (u32)args[3];
    u64 deadline = WAIT_FOREVER, timeout;
    struct handle_ref ref;
    struct socket *s;
    s64 result = 0;

    if (args[4]) {
        result = abi_read_timespec(who, args[4], &timeout);
        if (result)
            return result;
        deadline = abi_deadline(timeout);
    }
    result = abi_get_socket(who, (s32)args[0], RIGHT_READ, &ref, &s);
    if (result)
        return result;
    while (got < count) {
        u64 at = args[1] + got * sizeof(struct abi_mmsghdr);

        result = receive_into(who, &ref, s, at, flags & ~MSG_WAITFORONE);
        if (result < 0)
            break;
        if (user_write32(who->mm, at + offsetof(struct abi_mmsghdr, length),
                         result)) {
            result = -EFAULT;
            break;
        }
        got++;
        if (flags & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
        /* The timeout is looked at after each message (recvmmsg(2)). */
        if (deadline != WAIT_FOREVER && time_monotonic() >= deadline)
            break;
    }
    if (args[4] && deadline != WAIT_FOREVER) {
        u64 now = time_monotonic();
        (void)!abi_write_timespec(who, args[4],
                                  deadline > now ? deadline - now : 0);
    }
    handle_done(&ref);
    return got ? got : result;
}
