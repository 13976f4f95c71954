/*
 * Who may do what with an inode: mode bits and capabilities.
 */
#include "core/caller.h"
#include "fs/inode.h"
#include "fs/super.h"
#include "proc/namespace.h"

bool inode_mode_allows(const struct cred *c, const struct inode *inode,
                       u32 mask)
{
    u32 mode = READ_ONCE(inode->mode);

    mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
    if (kuid_equal(c->fsuid, inode->uid))
        mode >>= 6;
    else if (((mode >> 3 ^ mode) & mask) && cred_in_group(c, inode->gid))
        mode >>= 3;
    return (mask & ~mode) == 0;
}

bool inode_capable(const struct caller *who, const struct inode *inode, int cap)
{
    struct user_namespace *ns;

    if (who->flags & CALLER_KERNEL)
        return true;
    ns = who->cred->user_ns;
    if (!cred_capable_ns(who->cred, ns, cap))
        return false;
    /* An id that the namespace does not know is out of its reach. */
    return ns == &user_ns_first ||
           (uid_is_mapped(ns, inode->uid) && gid_is_mapped(ns, inode->gid));
}

bool inode_owner_or_capable(const struct caller *who, const struct inode *inode)
{
    return kuid_equal(who->cred->fsuid, inode->uid) ||
           inode_capable(who, inode, CAP_FOWNER);
}

static int generic_permission(struct caller *who, struct inode *inode, u32 mask)
{
    if (inode_mode_allows(who->cred, inode, mask))
        return 0;
    if (S_ISDIR(inode->mode)) {
        if (!(mask & MAY_WRITE) &&
            inode_capable(who, inode, CAP_DAC_READ_SEARCH))
            return 0;
        if (inode_capable(who, inode, CAP_DAC_OVERRIDE))
            return 0;
        return -EACCES;
    }
    if ((mask & (MAY_READ | MAY_WRITE | MAY_EXEC)) == MAY_READ &&
        inode_capable(who, inode, CAP_DAC_READ_SEARCH))
        return 0;
    if ((!(mask & MAY_EXEC) || inode->mode & 0111) &&
        inode_capable(who, inode, CAP_DAC_OVERRIDE))
        return 0;
    return -EACCES;
}

int inode_permission(struct caller *who, struct inode *inode, u32 mask)
{
    if (mask & MAY_WRITE) {
        u32 type = inode->mode & S_IFMT;

        if (inode->sb->flags & SUPER_READ_ONLY &&
            (type == S_IFREG || type == S_IFDIR || type == S_IFLNK))
            return -EROFS;
        if (inode->flags & INODE_IMMUTABLE)
            return -EPERM;
    }
    if (who->flags & CALLER_KERNEL)
        return 0;
    if (inode->ops->permission)
        return inode->ops->permission(who, inode, mask);
    return generic_permission(who, inode, mask);
}

int inode_generic_permission(struct caller *who, struct inode *inode, u32 mask)
{
    return generic_permission(who, inode, mask);
}
