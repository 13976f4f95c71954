/*
 * Small copies between kernel variables and user memory of any address space:
 * directly when it is the one this thread runs in, through vm's page walk
 * otherwise. All may fault and sleep. 0 or -EFAULT.
 */
#ifndef VM_USER_H
#define VM_USER_H

#include "core/iter.h"
#include "core/sched.h"
#include "lib/errno.h"

static inline bool user_memory_is_here(const struct address_space *mm)
{
    return likely(mm == thread_current()->mm);
}

static inline int user_read(struct address_space *mm, void *dst, u64 src,
                            size_t n)
{
    size_t left = user_memory_is_here(mm)
                      ? arch_copy_from_user(dst, src, n)
                      : user_memory->read(mm, dst, src, n, false);
    return left ? -EFAULT : 0;
}

static inline int user_write(struct address_space *mm, u64 dst, const void *src,
                             size_t n)
{
    size_t left = user_memory_is_here(mm)
                      ? arch_copy_to_user(dst, src, n)
                      : user_memory->write(mm, dst, src, n, false);
    return left ? -EFAULT : 0;
}

static inline int user_clear(struct address_space *mm, u64 dst, size_t n)
{
    size_t left = user_memory_is_here(mm)
                      ? arch_clear_user(dst, n)
                      : user_memory->clear(mm, dst, n, false);
    return left ? -EFAULT : 0;
}

#define USER_READ_VALUE(type, name)                                        \
    static inline int name(struct address_space *mm, u64 src, type *value) \
    {                                                                      \
        return user_read(mm, value, src, sizeof(type));                    \
    }
#define USER_WRITE_VALUE(type, name)                                      \
    static inline int name(struct address_space *mm, u64 dst, type value) \
    {                                                                     \
        return user_write(mm, dst, &value, sizeof(type));                 \
    }
USER_READ_VALUE(u32, user_read32)
USER_READ_VALUE(u64, user_read64)
USER_WRITE_VALUE(u32, user_write32)
USER_WRITE_VALUE(u64, user_write64)

/*
 * A NUL-terminated string of at most size - 1 bytes into `dst`. Returns its
 * length; -EFAULT; -ENAMETOOLONG when there is no NUL in `size` bytes.
 */
ssize_t user_read_string(struct address_space *mm, char *dst, u64 src,
                         size_t size);

#endif
