/* Addresses of AF_UNIX: paths and abstract names. */
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/fs_context.h"
#include "fs/vfs.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "net/unix.h"
#include "proc/task.h"

#define FAMILY_SIZE 2

void unix_name_put(struct unix_name *n)
{
    if (n && refcount_dec_and_test(&n->refs))
        kfree(n);
}

void unix_name_to_address(const struct unix_name *n, struct socket_address *out)
{
    if (n) {
        out->length = n->length;
        memcpy(out->bytes, n->bytes, n->length);
    } else {
        out->length = FAMILY_SIZE;
        out->family = AF_UNIX;
    }
}

static struct unix_name *make_name(const void *bytes, u32 length)
{
    struct unix_name *n = kzalloc(sizeof(*n), ALLOC_KERNEL);
    u16 family = AF_UNIX;

    if (!n)
        return NULL;
    refcount_set(&n->refs, 1);
    n->length = FAMILY_SIZE + length;
    memcpy(n->bytes, &family, FAMILY_SIZE);
    memcpy(n->bytes + FAMILY_SIZE, bytes, length);
    return n;
}

static struct hlist_head *bucket_of(struct net_namespace *net,
                                    const struct unix_name *n)
{
    return &net->names[full_name_hash(NULL, (const char *)n->bytes, n->length) %
                       NET_NAME_BUCKETS];
}

/* net->lock is held. */
static struct unix_name *find_abstract(struct net_namespace *net,
                                       const struct unix_name *like)
{
    struct unix_name *n;

    hlist_for_each_entry(n, bucket_of(net, like), link)
    {
        if (n->length == like->length &&
            !memcmp(n->bytes, like->bytes, n->length))
            return n;
    }
    return NULL;
}

/* Give the socket its name, once. */
static int set_name(struct unix_socket *u, struct unix_name *n)
{
    int error = 0;

    spin_lock(&u->lock);
    if (u->name)
        error = -EINVAL;
    else
        u->name = n;
    spin_unlock(&u->lock);
    return error;
}

static int bind_abstract(struct unix_socket *u, struct unix_name *n)
{
    int error = -EADDRINUSE;

    spin_lock(&u->net->lock);
    if (!find_abstract(u->net, n)) {
        error = set_name(u, n);
        if (!error) {
            n->owner = u;
            hlist_add_head(&n->link, bucket_of(u->net, n));
        }
    }
    spin_unlock(&u->net->lock);
    return error;
}

/* autobind: an abstract name of five hexadecimal digits. */
static int autobind(struct unix_socket *u)
{
    static u32 next;
    struct unix_name *n;
    char text[8];
    int error;

    for (u32 tries = 0; tries < 1u << 20; tries++) {
        u32 number = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) & 0xfffff;

        text[0] = 0;
        snprintf(text + 1, sizeof(text) - 1, "%05x", number);
        n = make_name(text, 6);
        if (!n)
            return -ENOMEM;
        error = bind_abstract(u, n);
        if (!error)
            return 0;
        unix_name_put(n);
        if (error != -EADDRINUSE)
            return error;
    }
    return -ENOSPC;
}

static int bind_path(struct caller *who, struct unix_socket *u,
                     const char *path)
{
    struct unix_name *n = make_name(path, strlen(path) + 1);
    struct path at;
    int error;

    if (!n)
        return -ENOMEM;
    error = vfs_create_socket(who, path, 0777 & ~who->fs->umask, &at);
    if (error) {
        unix_name_put(n);
        return error == -EEXIST ? -EADDRINUSE : error;
    }
    error = set_name(u, n);
    if (error) {
        path_put(&at);
        unix_name_put(n);
        return error;
    }
    u->path = at;
    write_lock(&at.dentry->inode->lock);
    at.dentry->inode->endpoint = u;
    write_unlock(&at.dentry->inode->lock);
    return 0;
}

/* The path in an address: NUL-terminated copy. */
static void path_of(const struct socket_address *a, char out[UNIX_PATH_MAX + 1])
{
    u32 n = a->length - FAMILY_SIZE;

    memcpy(out, a->bytes + FAMILY_SIZE, n);
    out[n] = 0;
}

static int check_address(const struct socket_address *a)
{
    if (a->length < FAMILY_SIZE || a->length > UNIX_ADDRESS_MAX ||
        a->family != AF_UNIX)
        return -EINVAL;
    return 0;
}

int unix_bind(struct caller *who, struct socket *s,
              const struct socket_address *address)
{
    struct unix_socket *u = unix_of(s);
    char path[UNIX_PATH_MAX + 1];
    struct unix_name *n;
    int error = check_address(address);

    if (error)
        return error;
    if (u->name)
        return -EINVAL;
    if (address->length == FAMILY_SIZE)
        return autobind(u);
    if (address->bytes[FAMILY_SIZE]) {
        path_of(address, path);
        return bind_path(who, u, path);
    }
    n = make_name(address->bytes + FAMILY_SIZE, address->length - FAMILY_SIZE);
    if (!n)
        return -ENOMEM;
    error = bind_abstract(u, n);
    if (error)
        unix_name_put(n);
    return error;
}

static struct unix_socket *find_by_path(struct caller *who, const char *name)
{
    struct unix_socket *u = ERR_PTR(-ECONNREFUSED);
    struct inode *inode;
    struct path at;
    int error = path_lookup(who, AT_FDCWD, name, WALK_FOLLOW, &at);

    if (error)
        return ERR_PTR(error);
    inode = at.dentry->inode;
    error = inode_permission(who, inode, MAY_WRITE);
    if (error) {
        u = ERR_PTR(error);
    } else if ((inode->mode & 0170000) == 0140000) {
        read_lock(&inode->lock);
        if (inode->endpoint) {
            u = inode->endpoint;
            unix_hold(u);
        }
        read_unlock(&inode->lock);
    }
    path_put(&at);
    return u;
}

static struct unix_socket *find_by_name(struct net_namespace *net,
                                        const struct socket_address *a)
{
    struct unix_socket *u = ERR_PTR(-ECONNREFUSED);
    struct unix_name *like, *n;

    like = make_name(a->bytes + FAMILY_SIZE, a->length - FAMILY_SIZE);
    if (!like)
        return ERR_PTR(-ENOMEM);
    spin_lock(&net->lock);
    n = find_abstract(net, like);
    if (n) {
        u = n->owner;
        unix_hold(u);
    }
    spin_unlock(&net->lock);
    unix_name_put(like);
    return u;
}

struct unix_socket *unix_find(struct caller *who,
                              const struct unix_socket *from,
                              const struct socket_address *address, int type)
{
    char path[UNIX_PATH_MAX + 1];
    struct unix_socket *u;
    int error = check_address(address);

    if (error || address->length == FAMILY_SIZE)
        return ERR_PTR(-EINVAL);
    if (address->bytes[FAMILY_SIZE]) {
        path_of(address, path);
        u = find_by_path(who, path);
    } else {
        u = find_by_name(from->net, address);
    }
    if (!IS_ERR(u) && u->socket.type != type) {
        unix_drop(u);
        return ERR_PTR(-EPROTOTYPE);
    }
    return u;
}

void unix_unbind(struct unix_socket *u)
{
    struct unix_name *n = u->name;

    if (!n)
        return;
    if (u->path.dentry) {
        struct inode *inode = u->path.dentry->inode;
        write_lock(&inode->lock);
        inode->endpoint = NULL;
        write_unlock(&inode->lock);
        path_put(&u->path);
    } else if (!n->bytes[FAMILY_SIZE]) {
        spin_lock(&u->net->lock);
        if (n->owner == u) {
            hlist_del_init(&n->link);
            n->owner = NULL;
        }
        spin_unlock(&u->net->lock);
    }
}
