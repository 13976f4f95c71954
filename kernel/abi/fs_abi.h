/*
 * What the file calls share: path names, vectors of buffers, open flags.
 */
#ifndef ABI_FS_ABI_H
#define ABI_FS_ABI_H

#include <asm/abi.h>

#include "abi/syscall.h"
#include "core/iter.h"
#include "core/object.h"
#include "fs/fs.h"
#include "fs/path.h"

/* O_*: the common ones; the others are ARCH_O_*. */
#define ABI_O_ACCMODE  03u
#define ABI_O_WRONLY   01u
#define ABI_O_RDWR     02u
#define ABI_O_CREAT    0100u
#define ABI_O_EXCL     0200u
#define ABI_O_NOCTTY   0400u
#define ABI_O_TRUNC    01000u
#define ABI_O_APPEND   02000u
#define ABI_O_NONBLOCK 04000u
#define ABI_O_DSYNC    010000u
#define ABI_O_ASYNC    020000u
#define ABI_O_NOATIME  01000000u
#define ABI_O_CLOEXEC  02000000u
#define ABI_O_SYNC     04010000u
#define ABI_O_PATH     010000000u
#define ABI_O_TMPFILE  020000000u /* the bit by itself */

/* OBJ_* <-> the O_* that F_GETFL and F_SETFL know. */
u32 abi_flags_from_object(u32 object_flags);
u32 abi_flags_to_object(u32 flags);

/*
 * A path name from user space. Short ones live in the structure, which is on
 * the caller's stack: abi_name_put() in any case once abi_name_get() is 0.
 * -EFAULT, -ENAMETOOLONG, -ENOMEM.
 */
struct abi_name {
    char *text;
    char space[160];
};
int abi_name_get(struct caller *who, u64 address, struct abi_name *name);
void abi_name_put(struct abi_name *name);

/*
 * An array of struct iovec. -EINVAL: too many, or a negative length; -EFAULT.
 * The sum is cut at what one call transfers.
 */
#define ABI_VECTOR_INLINE 8
#define ABI_VECTOR_MAX    1024
#define ABI_TRANSFER_MAX  0x7ffff000UL
struct abi_vector {
    struct user_segment *segments;
    u32 count;
    size_t total;
    struct user_segment space[ABI_VECTOR_INLINE];
};
int abi_vector_get(struct caller *who, u64 address, u64 count,
                   struct abi_vector *v);
void abi_vector_put(struct abi_vector *v);

/* A directory handle argument as a path name's start: int in a u64. */
static inline int abi_fd(u64 arg)
{
    return (int)(s32)arg;
}

/* Copy a whole structure out: 0 or -EFAULT. */
#define abi_put(who, address, value) \
    user_write((who)->mm, (address), (value), sizeof(*(value)))
#define abi_get(who, value, address) \
    user_read((who)->mm, (value), (address), sizeof(*(value)))

/* The open file behind a handle for calls that need a path: -EBADF. */
struct file;
int abi_file_get(struct caller *who, int fd, u32 rights, struct handle_ref *ref,
                 struct file **f);

/* fcntl(F_SETOWN) and its relatives: abi/fs_owner.c. */
s64 abi_owner_command(struct caller *who, struct handle_ref *ref, int fd,
                      u32 cmd, u64 arg);

#endif
