#include "net/socket.h"

#include "core/init.h"
#include "core/slab.h"
#include "core/time.h"
#include "fs/file.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/pid.h"
#include "proc/task.h"

#define SOCKET_DEVICE 0x08u /* st_dev of sockfs: an anonymous device number */

u32 socket_default_send_buffer = 212992, socket_default_receive_buffer = 212992;
u32 socket_max_send_buffer = 212992, socket_max_receive_buffer = 212992;

static struct socket_family *families;
static u64 next_inode = 1;
static const struct object_ops socket_object_ops;

void socket_family_register(struct socket_family *f)
{
    f->next = families;
    families = f;
}

static struct socket *socket_of(struct object *obj)
{
    return container_of(obj, struct socket, object);
}

struct socket *socket_from_object(struct object *obj)
{
    return obj->ops == &socket_object_ops ? socket_of(obj) : NULL;
}

void socket_control_drop(struct socket_control *c)
{
    for (u32 i = 0; i < c->grant_count; i++)
        grant_put(c->grants[i]);
    kfree(c->grants);
    pid_put(c->pid);
    *c = (struct socket_control){0};
}

void socket_init(struct socket *s, struct caller *who,
                 const struct socket_ops *ops, u16 family, u16 type,
                 u16 protocol, u32 obj_flags)
{
    object_init(&s->object, OBJECT_SOCKET, &socket_object_ops,
                obj_flags | OBJ_STREAM);
    s->ops = ops;
    s->family = family;
    s->type = type;
    s->protocol = protocol;
    s->send_buffer = socket_default_send_buffer;
    s->receive_buffer = socket_default_receive_buffer;
    s->receive_low_water = 1;
    s->linger = -1;
    s->peek_offset = -1;
    s->inode = __atomic_fetch_add(&next_inode, 1, __ATOMIC_RELAXED);
    s->mode = 0777;
    s->uid = who->cred->fsuid;
    s->gid = who->cred->fsgid;
    s->time = time_realtime();
}

struct grant *socket_grant(struct socket *s)
{
    return grant_create(&s->object, RIGHT_ALL & ~RIGHT_SEEK);
}

static struct socket_family *find_family(int family)
{
    for (struct socket_family *f = families; f; f = f->next) {
        if (f->family == family)
            return f;
    }
    return NULL;
}

static struct socket *create(struct caller *who, int family, int type,
                             int protocol, u32 obj_flags)
{
    struct socket_family *f;

    if (family < 0 || family >= AF_MAX)
        return ERR_PTR(-EAFNOSUPPORT);
    if (type < 0 || type > SOCK_PACKET)
        return ERR_PTR(-EINVAL);
    f = find_family(family);
    if (!f)
        return ERR_PTR(-EAFNOSUPPORT);
    return f->create(who, type, protocol, obj_flags);
}

struct grant *socket_create(struct caller *who, int family, int type,
                            int protocol, u32 obj_flags)
{
    struct socket *s = create(who, family, type, protocol, obj_flags);

    return IS_ERR(s) ? ERR_PTR(PTR_ERR(s)) : socket_grant(s);
}

int socket_create_pair(struct caller *who, int family, int type, int protocol,
                       u32 obj_flags, struct grant *out[2])
{
    struct socket *a, *b;
    int error;

    /* Sockets of the internet come in no pairs, here or elsewhere. */
    if ((family == AF_INET || family == AF_INET6) && !find_family(family))
        return -EOPNOTSUPP;
    a = create(who, family, type, protocol, obj_flags);
    if (IS_ERR(a))
        return PTR_ERR(a);
    b = create(who, family, type, protocol, obj_flags);
    if (IS_ERR(b)) {
        object_put(&a->object);
        return PTR_ERR(b);
    }
    error = -EOPNOTSUPP;
    if (find_family(family)->pair)
        error = find_family(family)->pair(a, b);
    if (error) {
        object_put(&a->object);
        object_put(&b->object);
        return error;
    }
    out[0] = socket_grant(a);
    if (IS_ERR(out[0])) {
        object_put(&b->object);
        return PTR_ERR(out[0]);
    }
    out[1] = socket_grant(b);
    if (IS_ERR(out[1])) {
        grant_put(out[0]);
        return PTR_ERR(out[1]);
    }
    return 0;
}

s32 socket_take_error(struct socket *s)
{
    return __atomic_exchange_n(&s->error, 0, __ATOMIC_RELAXED);
}

ssize_t socket_broken_pipe(const struct caller *who, u32 flags)
{
    if (!(flags & MSG_NOSIGNAL))
        signal_send_self(who, SIGPIPE);
    return -EPIPE;
}

/* ------------------------------------------------------------- as an object */

static void socket_release(struct object *obj)
{
    struct socket *s = socket_of(obj);

    s->ops->release(s);
}

static ssize_t socket_read(struct object *obj, struct io_request *req)
{
    struct socket *s = socket_of(obj);
    struct socket_message m;
    ssize_t result;

    m.address.length = 0;
    m.control = (struct socket_control){0};
    m.flags = m.out_flags = 0;
    req->extra = &m;
    result = s->ops->receive(obj, req);
    req->extra = NULL;
    socket_control_drop(&m.control);
    return result;
}

static ssize_t socket_write(struct object *obj, struct io_request *req)
{
    struct socket *s = socket_of(obj);
    struct socket_message m;
    ssize_t result;

    m.address.length = 0;
    m.control = (struct socket_control){0};
    m.flags = m.out_flags = 0;
    req->extra = &m;
    result = s->ops->send(obj, req);
    req->extra = NULL;
    return result;
}

static u32 socket_poll(struct object *obj, struct poll_table *table)
{
    struct socket *s = socket_of(obj);

    return s->ops->poll(s, table);
}

static long socket_ioctl(struct object *obj, struct caller *who, u32 cmd,
                         u64 arg)
{
    struct socket *s = socket_of(obj);

    return s->ops->ioctl ? s->ops->ioctl(s, who, cmd, arg) : -ENOTTY;
}

static const struct object_ops socket_object_ops = {
    .name = "socket",
    .release = socket_release,
    .read = socket_read,
    .write = socket_write,
    .poll = socket_poll,
    .ioctl = socket_ioctl,
};

static int get_attributes(struct object *obj, struct file_attributes *out)
{
    struct socket *s = socket_of(obj);

    memset(out, 0, sizeof(*out));
    out->mode = 0140000 | s->mode;
    out->nlink = 1;
    out->ino = s->inode;
    out->dev = SOCKET_DEVICE;
    out->uid = s->uid;
    out->gid = s->gid;
    out->block_size = PAGE_SIZE;
    out->atime = out->mtime = out->ctime = (struct file_time){
        s->time / (s64)NS_PER_SEC, s->time % (s64)NS_PER_SEC};
    return 0;
}

static int set_attributes(struct caller *who, struct object *obj,
                          const struct set_attributes *set)
{
    struct socket *s = socket_of(obj);

    if (!kuid_equal(who->cred->fsuid, s->uid) &&
        !caller_capable(who, CAP_FOWNER))
        return -EPERM;
    if (set->valid & (SET_UID | SET_GID) && !caller_capable(who, CAP_CHOWN))
        return -EPERM;
    if (set->valid & SET_MODE)
        s->mode = set->mode & 07777;
    if (set->valid & SET_UID)
        s->uid = set->uid;
    if (set->valid & SET_GID)
        s->gid = set->gid;
    return 0;
}

static size_t link_text(struct object *obj, char *buffer, size_t size)
{
    return snprintf(buffer, size, "socket:[%lu]", socket_of(obj)->inode);
}

static const struct object_attributes_ops attributes = {
    .get = get_attributes,
    .set = set_attributes,
    .link_text = link_text,
};

static int socket_start(void)
{
    object_attributes_register(OBJECT_SOCKET, &attributes);
    return 0;
}
INITCALL(proc, socket_start);
