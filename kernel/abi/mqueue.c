/* POSIX message queues. */
#include "abi/fs_abi.h"
#include "core/wait.h"
#include "fs/file.h"
#include "ipc/mqueue.h"
#include "proc/clock.h"
#include "proc/signal.h"

struct abi_mq_attr {
    s64 flags, maxmsg, msgsize, curmsgs, reserved[4];
};
ASSERT_SIZE(struct abi_mq_attr, 64);

struct abi_sigevent {
    u64 value;
    s32 signo, notify;
    u32 rest[12];
};
ASSERT_SIZE(struct abi_sigevent, 64);

enum {
    SIGEV_SIGNAL,
    SIGEV_NONE,
    SIGEV_THREAD
};
#define NOTIFY_COOKIE_SIZE 32

static u32 open_flags(u32 flags)
{
    static const u32 access[] = {OPEN_READ, OPEN_WRITE, OPEN_READ | OPEN_WRITE,
                                 OPEN_ACCESS3};
    u32 f = access[flags & ABI_O_ACCMODE];

    if (flags & ABI_O_CREAT)
        f |= OPEN_CREATE;
    if (flags & ABI_O_EXCL)
        f |= OPEN_EXCLUSIVE;
    if (flags & ABI_O_NONBLOCK)
        f |= OPEN_NONBLOCK;
    if (flags & ABI_O_APPEND)
        f |= OPEN_APPEND;
    return f;
}

s64 sys_mq_open(struct caller *who, const u64 *args)
{
    struct mq_attributes attributes;
    struct mq_open how = {
        .flags = open_flags((u32)args[1]),
        .mode = (u32)args[2],
    };
    struct abi_mq_attr attr;
    struct abi_name name;
    struct grant *g;
    struct file *f;
    s64 fd;

    if (args[3]) {
        if (user_read(who->mm, &attr, args[3], sizeof(attr)))
            return -EFAULT;
        attributes = (struct mq_attributes){attr.maxmsg, attr.msgsize, 0};
        how.attributes = &attributes;
    }
    fd = abi_name_get(who, args[0], &name);
    if (fd)
        return fd;
    if (!name.text[0]) {
        abi_name_put(&name);
        return -ENOENT;
    }
    fd = handle_reserve(who, 0, HANDLE_CLOEXEC);
    if (fd < 0)
        goto out;
    f = mq_open(who, name.text, &how);
    if (IS_ERR(f)) {
        g = ERR_CAST(f);
    } else {
        f->abi_flags =
            (u32)args[1] & ~(ABI_O_CREAT | ABI_O_EXCL | ABI_O_NOCTTY |
                             ABI_O_TRUNC | ABI_O_CLOEXEC);
        g = grant_create(file_object(f), file_rights(f));
    }
    if (IS_ERR(g)) {
        handle_unreserve(who, (int)fd);
        fd = PTR_ERR(g);
    } else {
        handle_install(who, (int)fd, g);
    }
out:
    abi_name_put(&name);
    return fd;
}

s64 sys_mq_unlink(struct caller *who, const u64 *args)
{
    struct abi_name name;
    s64 error = abi_name_get(who, args[0], &name);

    if (error)
        return error;
    error = name.text[0] ? mq_unlink(who, name.text) : -ENOENT;
    abi_name_put(&name);
    return error;
}

/* An absolute time on the wall clock, or none. */
static int read_deadline(struct caller *who, u64 address, u64 *deadline)
{
    u64 ns;
    int error;

    *deadline = WAIT_FOREVER;
    if (!address)
        return 0;
    error = abi_read_timespec(who, address, &ns);
    if (!error)
        *deadline = clock_to_timer_base(who, CLOCK_REALTIME, ns);
    return error;
}

s64 sys_mq_timedsend(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    u64 deadline;
    s64 result = read_deadline(who, args[4], &deadline);

    if (result)
        return result;
    if ((u32)args[3] >= MQ_PRIORITIES)
        return -EINVAL;
    result = handle_get(who, (s32)args[0], RIGHT_WRITE, &ref);
    if (result)
        return result;
    result = mq_send(who, ref.object, args[1], args[2], (u32)args[3], deadline);
    handle_done(&ref);
    return result;
}

s64 sys_mq_timedreceive(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct message *m;
    u64 deadline;
    s64 result = read_deadline(who, args[4], &deadline);

    if (!result)
        result = handle_get(who, (s32)args[0], RIGHT_READ, &ref);
    if (result)
        return result;
    m = mq_receive(who, ref.object, args[2], deadline);
    handle_done(&ref);
    if (IS_ERR(m))
        return PTR_ERR(m);
    result = (s64)m->size;
    if ((args[3] && user_write32(who->mm, args[3], (u32)m->type)) ||
        (m->size && user_write(who->mm, args[1], m->data, m->size)))
        result = -EFAULT;
    message_free(m);
    return result;
}

/* SIGEV_THREAD names a netlink socket that a message goes to. There are no
 * such sockets, so whatever it is, it is none. */
static int check_thread(struct caller *who, const struct abi_sigevent *event)
{
    u8 cookie[NOTIFY_COOKIE_SIZE];
    struct handle_ref ref;
    int error;

    if (user_read(who->mm, cookie, event->value, sizeof(cookie)))
        return -EFAULT;
    error = handle_get(who, event->signo, RIGHT_NONE, &ref);
    if (error)
        return error;
    error = ref.object->kind == OBJECT_SOCKET ? -EINVAL : -ENOTSOCK;
    handle_done(&ref);
    return error;
}

s64 sys_mq_notify(struct caller *who, const u64 *args)
{
    struct mq_notification how = {0};
    struct abi_sigevent event;
    struct handle_ref ref;
    s64 result = 0;

    if (args[1]) {
        if (user_read(who->mm, &event, args[1], sizeof(event)))
            return -EFAULT;
        if (event.notify < SIGEV_SIGNAL || event.notify > SIGEV_THREAD)
            return -EINVAL;
        if (event.notify == SIGEV_SIGNAL && (u32)event.signo > SIGNAL_COUNT)
            return -EINVAL;
        if (event.notify == SIGEV_THREAD)
            return check_thread(who, &event);
        how.kind =
            event.notify == SIGEV_SIGNAL ? MQ_NOTIFY_SIGNAL : MQ_NOTIFY_NONE;
        how.signo = event.signo;
        how.value = event.value;
    }
    result = handle_get(who, (s32)args[0], RIGHT_NONE, &ref);
    if (result)
        return result;
    result = mq_notify(who, ref.object, args[1] ? &how : NULL);
    handle_done(&ref);
    return result;
}

s64 sys_mq_getsetattr(struct caller *who, const u64 *args)
{
    struct abi_mq_attr attr, old = {0};
    struct mq_attributes a;
    struct handle_ref ref;
    s64 result;

    if (args[1]) {
        if (user_read(who->mm, &attr, args[1], sizeof(attr)))
            return -EFAULT;
        if (attr.flags & ~(s64)ABI_O_NONBLOCK)
            return -EINVAL;
    }
    result = handle_get(who, (s32)args[0], RIGHT_NONE, &ref);
    if (result)
        return result;
    result = mq_get_attributes(ref.object, &a);
    if (!result) {
        atomic_t *flags = &ref.object->flags;

        old.flags = atomic_load(flags) & OBJ_NONBLOCK ? ABI_O_NONBLOCK : 0;
        old.maxmsg = a.messages_max;
        old.msgsize = a.size_max;
        old.curmsgs = a.messages;
        if (args[1] && attr.flags)
            atomic_or(OBJ_NONBLOCK, flags);
        else if (args[1])
            atomic_and(~(int)OBJ_NONBLOCK, flags);
    }
    handle_done(&ref);
    if (!result && args[2] && user_write(who->mm, args[2], &old, sizeof(old)))
        result = -EFAULT;
    return result;
}
