/*
 * tmpfs: extended attributes, a list in memory, newest first. As in Linux 6.1
 * only security.* and trusted.* can be kept. The inode's lock guards the list.
 */
#include "core/caller.h"
#include "core/slab.h"
#include "fs/tmpfs.h"
#include "lib/string.h"

#define XATTR_CREATE  1u
#define XATTR_REPLACE 2u
/* Of all names and values of one inode, bytes: the inodes are limited. */
#define XATTR_TOTAL_MAX 131072u

struct tmpfs_xattr {
    struct tmpfs_xattr *next;
    size_t size;
    char *value; /* inside this allocation, behind the name */
    char name[];
};

static int check_name(const char *name)
{
    const char *rest;

    if (strstarts(name, "security."))
        rest = name + 9;
    else if (strstarts(name, "trusted."))
        rest = name + 8;
    else
        return -EOPNOTSUPP;
    return *rest ? 0 : -EINVAL;
}

static struct tmpfs_xattr **find(struct tmpfs_inode *ti, const char *name)
{
    struct tmpfs_xattr **at;

    for (at = &ti->xattrs; *at; at = &(*at)->next)
        if (strcmp((*at)->name, name) == 0)
            break;
    return at;
}

ssize_t tmpfs_xattr_get(struct inode *inode, const char *name, void *value,
                        size_t size)
{
    struct tmpfs_xattr *x;
    int error;

    /* No access control lists: there is none on any file. */
    if (strcmp(name, "system.posix_acl_access") == 0 ||
        strcmp(name, "system.posix_acl_default") == 0)
        return S_ISLNK(inode->mode) ? -EOPNOTSUPP : -ENODATA;
    error = check_name(name);
    if (error)
        return error;
    x = *find(tmpfs_inode(inode), name);
    if (!x)
        return -ENODATA;
    if (!size)
        return (ssize_t)x->size;
    if (x->size > size)
        return -ERANGE;
    memcpy(value, x->value, x->size);
    return (ssize_t)x->size;
}

int tmpfs_xattr_set(struct inode *inode, const char *name, const void *value,
                    size_t size, u32 flags)
{
    struct tmpfs_xattr **at, *x;
    size_t length = strlen(name) + 1, total;
    int error = check_name(name);

    /* A list's shortest form has a header of four bytes. */
    if (strstarts(name, "system.posix_acl_") && size < 4)
        return -EINVAL;

    if (error)
        return error;
    at = find(tmpfs_inode(inode), name);
    if (*at && flags & XATTR_CREATE)
        return -EEXIST;
    if (!*at && flags & XATTR_REPLACE)
        return -ENODATA;
    total = length + size;
    for (x = tmpfs_inode(inode)->xattrs; x; x = x->next)
        if (x != *at)
            total += strlen(x->name) + 1 + x->size;
    if (total > XATTR_TOTAL_MAX)
        return -ENOSPC;
    x = kmalloc(sizeof(*x) + length + size, ALLOC_KERNEL);
    if (!x)
        return -ENOMEM;
    memcpy(x->name, name, length);
    x->value = x->name + length;
    x->size = size;
    memcpy(x->value, value, size);
    if (*at) {
        struct tmpfs_xattr *old = *at;

        x->next = old->next;
        *at = x;
        kfree(old);
    } else {
        x->next = tmpfs_inode(inode)->xattrs;
        tmpfs_inode(inode)->xattrs = x;
    }
    return 0;
}

int tmpfs_xattr_remove(struct inode *inode, const char *name)
{
    struct tmpfs_xattr **at, *x;
    int error = check_name(name);

    if (error)
        return error;
    at = find(tmpfs_inode(inode), name);
    x = *at;
    if (!x)
        return -ENODATA;
    *at = x->next;
    kfree(x);
    return 0;
}

ssize_t tmpfs_xattr_list(struct caller *who, struct inode *inode, char *list,
                         size_t size)
{
    bool trusted = caller_capable_init(who, CAP_SYS_ADMIN);
    struct tmpfs_xattr *x;
    size_t used = 0;

    for (x = tmpfs_inode(inode)->xattrs; x; x = x->next) {
        size_t n = strlen(x->name) + 1;

        if (!trusted && strstarts(x->name, "trusted."))
            continue;
        if (size) {
            if (used + n > size)
                return -ERANGE;
            memcpy(list + used, x->name, n);
        }
        used += n;
    }
    return (ssize_t)used;
}

void tmpfs_xattr_free_all(struct tmpfs_inode *ti)
{
    struct tmpfs_xattr *x;

    while ((x = ti->xattrs)) {
        ti->xattrs = x->next;
        kfree(x);
    }
}
