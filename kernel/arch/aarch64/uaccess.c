/*
 * User copies and atomic operations on user words.
 */
#include "arch/arch.h"
#include "arch/aarch64/cpufeature.h"
#include "lib/errno.h"

size_t copy_from_user_asm(void *dst, u64 src, size_t n);
size_t copy_to_user_asm(u64 dst, const void *src, size_t n);
size_t clear_user_asm(u64 dst, size_t n);
ssize_t strncpy_from_user_asm(char *dst, u64 src, size_t n);

size_t arch_copy_from_user(void *dst, u64 src, size_t n)
{
    return arch_user_range_ok(src, n) ? copy_from_user_asm(dst, src, n) : n;
}

size_t arch_copy_to_user(u64 dst, const void *src, size_t n)
{
    return arch_user_range_ok(dst, n) ? copy_to_user_asm(dst, src, n) : n;
}

size_t arch_clear_user(u64 dst, size_t n)
{
    return arch_user_range_ok(dst, n) ? clear_user_asm(dst, n) : n;
}

ssize_t arch_strncpy_from_user(char *dst, u64 src, size_t n)
{
    ssize_t r;
    size_t limit = n;

    if (src >= ARCH_USER_TOP)
        return -EFAULT;
    if (limit > ARCH_USER_TOP - src)
        limit = ARCH_USER_TOP - src;
    r = strncpy_from_user_asm(dst, src, limit);
    return r == (ssize_t)limit && limit < n ? -EFAULT : r;
}

/* There are no exclusive loads with user rights: PAN is off around them. */
static inline void user_begin(void)
{
    if (cpu_features.pan)
        __asm__ volatile(".inst %0" ::"i"(INSN_CLEAR_PAN) : "memory");
}

static inline void user_end(void)
{
    if (cpu_features.pan)
        __asm__ volatile(".inst %0" ::"i"(INSN_SET_PAN) : "memory");
}

/* One try of load-exclusive, operate, store-exclusive. error: 0, 1 (the line
 * was lost: try again, with PAN on in between) or -EFAULT. */
#define USER_LLSC(error, old, uaddr, operation, ...)                          \
    __asm__ volatile(                                                         \
        "1: ldaxr %w1, [%2]\n" operation "2: stlxr %w0, w9, [%2]\n"           \
        "3:\n"                                                                \
        ".subsection 1\n"                                                     \
        "4: mov %w0, %w3\n"                                                   \
        "b 3b\n"                                                              \
        ".previous\n" EXCEPTION_ENTRY("1b", "4b") EXCEPTION_ENTRY("2b", "4b") \
        : "=&r"(error), "=&r"(old)                                            \
        : "r"(uaddr), "i"(-EFAULT), __VA_ARGS__                               \
        : "memory", "cc", "x9")

int arch_user_cmpxchg32(u64 uaddr, u32 expected, u32 desired, u32 *old)
{
    int error;
    u32 was;

    if (!arch_user_range_ok(uaddr, 4) || (uaddr & 3))
        return -EFAULT;
    do {
        user_begin();
        USER_LLSC(error, was, uaddr,
                  "cmp %w1, %w4\n"
                  "csel w9, %w5, %w1, eq\n",
                  "r"(expected), "r"(desired));
        user_end();
    } while (error > 0);
    *old = was;
    return error;
}

int arch_user_atomic32(u64 uaddr, enum arch_user_op op, u32 operand, u32 *old)
{
    int error;
    u32 was;

    if (!arch_user_range_ok(uaddr, 4) || (uaddr & 3))
        return -EFAULT;
    do {
        user_begin();
        switch (op) {
        case USER_SET:
            USER_LLSC(error, was, uaddr, "mov w9, %w4\n", "r"(operand));
            break;
        case USER_ADD:
            USER_LLSC(error, was, uaddr, "add w9, %w1, %w4\n", "r"(operand));
            break;
        case USER_OR:
            USER_LLSC(error, was, uaddr, "orr w9, %w1, %w4\n", "r"(operand));
            break;
        case USER_ANDN:
            USER_LLSC(error, was, uaddr, "bic w9, %w1, %w4\n", "r"(operand));
            break;
        case USER_XOR:
            USER_LLSC(error, was, uaddr, "eor w9, %w1, %w4\n", "r"(operand));
            break;
        default:
            error = -EINVAL;
            was = 0;
            break;
        }
        user_end();
    } while (error > 0);
    *old = was;
    return error;
}
