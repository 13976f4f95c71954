#include "vm/user.h"

#include "lib/string.h"

static ssize_t read_string_elsewhere(struct address_space *mm, char *dst,
                                     u64 src, size_t size)
{
    size_t done = 0;

    while (done < size) {
        size_t chunk = PAGE_SIZE - ((src + done) & (PAGE_SIZE - 1));
        chunk = min(chunk, size - done);
        size_t left =
            user_memory->read(mm, dst + done, src + done, chunk, false);
        char *end = memchr(dst + done, 0, chunk - left);
        if (end)
            return end - dst;
        if (left)
            return -EFAULT;
        done += chunk;
    }
    return -ENAMETOOLONG;
}

ssize_t user_read_string(struct address_space *mm, char *dst, u64 src,
                         size_t size)
{
    if (!user_memory_is_here(mm))
        return read_string_elsewhere(mm, dst, src, size);

    ssize_t n = arch_strncpy_from_user(dst, src, size);
    return n >= 0 && (size_t)n == size ? -ENAMETOOLONG : n;
}
