/* User memory: copies, strings and atomic words. */
#include "arch/x86_64/port.h"
#include "lib/errno.h"
#include "lib/string.h"

size_t x86_copy_user(void *to, const void *from, size_t n);
size_t x86_copy_user_string(void *to, const void *from, size_t n);
size_t x86_clear_user(u64 to, size_t n);

/* Below this the start-up cost of string instructions shows. */
#define STRING_MIN 256

static size_t copy(void *to, const void *from, size_t n)
{
    /* TCG does string instructions byte by byte, whatever it announces. */
    if (n >= STRING_MIN && x86_has(FEATURE_ERMS) && x86_hypervisor != ON_TCG)
        return x86_copy_user_string(to, from, n);
    return x86_copy_user(to, from, n);
}

size_t arch_copy_from_user(void *dst, u64 src, size_t n)
{
    if (unlikely(!arch_user_range_ok(src, n)))
        return n;
    return copy(dst, (const void *)src, n);
}

size_t arch_copy_to_user(u64 dst, const void *src, size_t n)
{
    if (unlikely(!arch_user_range_ok(dst, n)))
        return n;
    return copy((void *)dst, src, n);
}

size_t arch_clear_user(u64 dst, size_t n)
{
    if (unlikely(!arch_user_range_ok(dst, n)))
        return n;
    return x86_clear_user(dst, n);
}

#define BYTES(b)    (0x0101010101010101UL * (b))
#define HAS_ZERO(w) (((w)-BYTES(1)) & ~(w)&BYTES(0x80))

ssize_t arch_strncpy_from_user(char *dst, u64 src, size_t n)
{
    size_t done = 0;
    while (done < n) {
        u64 at = src + done, word;
        /* An aligned word is all in one page, so reading past the string's end
         * cannot fault. */
        if (IS_ALIGNED(at, 8) && n - done >= 8) {
            if (arch_get_user64(at, &word))
                return -EFAULT;
            if (!HAS_ZERO(word)) {
                memcpy(dst + done, &word, 8);
                done += 8;
                continue;
            }
            memcpy(dst + done, &word, __builtin_ctzl(HAS_ZERO(word)) / 8 + 1);
            return done + __builtin_ctzl(HAS_ZERO(word)) / 8;
        }
        u8 c;
        if (arch_get_user8(at, &c))
            return -EFAULT;
        dst[done] = c;
        if (!c)
            return done;
        done++;
    }
    return n;
}

int arch_user_cmpxchg32(u64 uaddr, u32 expected, u32 desired, u32 *old)
{
    int error = -EFAULT;
    u32 v = expected;
    if (!arch_user_range_ok(uaddr, 4))
        return error;
    __asm__ volatile(USER_ACCESS_BEGIN
                     "1: lock cmpxchgl %3, (%2)\n"
                     "xor %0, %0\n"
                     "2:\n" USER_ACCESS_END EXCEPTION_ENTRY("1b", "2b")
                     : "+r"(error), "+a"(v)
                     : "r"(uaddr), "r"(desired)
                     : "memory", "cc");
    *old = v;
    return error;
}

static int user_exchange(u64 uaddr, u32 operand, u32 *old)
{
    int error = -EFAULT;
    __asm__ volatile(USER_ACCESS_BEGIN
                     "1: xchgl %1, (%2)\n"
                     "xor %0, %0\n"
                     "2:\n" USER_ACCESS_END EXCEPTION_ENTRY("1b", "2b")
                     : "+r"(error), "+r"(operand)
                     : "r"(uaddr)
                     : "memory", "cc");
    *old = operand;
    return error;
}

static int user_add(u64 uaddr, u32 operand, u32 *old)
{
    int error = -EFAULT;
    __asm__ volatile(USER_ACCESS_BEGIN
                     "1: lock xaddl %1, (%2)\n"
                     "xor %0, %0\n"
                     "2:\n" USER_ACCESS_END EXCEPTION_ENTRY("1b", "2b")
                     : "+r"(error), "+r"(operand)
                     : "r"(uaddr)
                     : "memory", "cc");
    *old = operand;
    return error;
}

int arch_user_atomic32(u64 uaddr, enum arch_user_op op, u32 operand, u32 *old)
{
    u32 now, seen;
    if (!arch_user_range_ok(uaddr, 4))
        return -EFAULT;
    if (op == USER_SET)
        return user_exchange(uaddr, operand, old);
    if (op == USER_ADD)
        return user_add(uaddr, operand, old);
    if (arch_get_user32(uaddr, &now))
        return -EFAULT;
    for (;;) {
        u32 next = op == USER_OR     ? now | operand
                   : op == USER_ANDN ? now & ~operand
                                     : now ^ operand;
        if (arch_user_cmpxchg32(uaddr, now, next, &seen))
            return -EFAULT;
        if (seen == now)
            break;
        now = seen;
    }
    *old = now;
    return 0;
}
