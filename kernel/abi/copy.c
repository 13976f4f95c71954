/* Structures that many calls share, between user memory and the kernel. */
#include "abi/syscall.h"
#include "core/time.h"
#include "core/wait.h"
#include "lib/compiler.h"
#include "lib/string.h"

#define TIME_MAX_SECONDS (~0ULL / 2 / NS_PER_SEC)

int abi_read_timespec(struct caller *who, u64 address, u64 *ns)
{
    struct abi_timespec ts;

    if (user_read(who->mm, &ts, address, sizeof(ts)))
        return -EFAULT;
    if (ts.sec < 0 || (u64)ts.nsec >= NS_PER_SEC)
        return -EINVAL;
    *ns = (u64)ts.sec >= TIME_MAX_SECONDS ? ~0ULL / 2
                                          : ts.sec * NS_PER_SEC + ts.nsec;
    return 0;
}

int abi_write_timespec(struct caller *who, u64 address, s64 ns)
{
    struct abi_timespec ts;

    ts.sec = ns / (s64)NS_PER_SEC;
    ts.nsec = ns % (s64)NS_PER_SEC;
    if (ts.nsec < 0) {
        ts.sec--;
        ts.nsec += NS_PER_SEC;
    }
    return user_write(who->mm, address, &ts, sizeof(ts));
}

int abi_read_timeval(struct caller *who, u64 address, u64 *ns)
{
    struct abi_timeval tv;

    if (user_read(who->mm, &tv, address, sizeof(tv)))
        return -EFAULT;
    if (tv.sec < 0 || (u64)tv.usec >= 1000000)
        return -EINVAL;
    *ns = (u64)tv.sec >= TIME_MAX_SECONDS
              ? ~0ULL / 2
              : tv.sec * NS_PER_SEC + tv.usec * 1000;
    return 0;
}

int abi_write_timeval(struct caller *who, u64 address, s64 ns)
{
    struct abi_timeval tv = {ns / (s64)NS_PER_SEC, ns % (s64)NS_PER_SEC / 1000};

    return user_write(who->mm, address, &tv, sizeof(tv));
}

u64 abi_deadline(u64 relative_ns)
{
    u64 now = time_monotonic();

    return relative_ns >= WAIT_FOREVER - 1 - now ? WAIT_FOREVER
                                                 : now + relative_ns;
}

int abi_read_sigset(struct caller *who, u64 address, u64 size, u64 *set)
{
    if (size != sizeof(u64))
        return -EINVAL;
    return user_read64(who->mm, address, set);
}

int abi_read_extensible(struct caller *who, void *dst, size_t known,
                        u64 address, u64 size)
{
    size_t n = min_t(size_t, size, known);
    u8 chunk[64];

    /* Checked first: nothing is taken from a structure we do not know. */
    for (u64 at = known; at < size; at += sizeof(chunk)) {
        size_t part = min_t(size_t, size - at, sizeof(chunk));

        if (user_read(who->mm, chunk, address + at, part))
            return -EFAULT;
        if (memchr_inv(chunk, 0, part))
            return -E2BIG;
    }
    memset(dst, 0, known);
    return user_read(who->mm, dst, address, n);
}
