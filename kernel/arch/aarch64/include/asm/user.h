/*
 * Single-word user accesses. LDTR and STTR have user mode's rights whatever PAN
 * says. A fault at an instruction that the exception table names goes on at
 * its second address.
 */
#pragma once

#define EXCEPTION_ENTRY(from, to)          \
    ".pushsection __ex_table, \"a\"\n"     \
    ".balign 4\n"                          \
    ".long (" from ") - ., (" to ") - .\n" \
    ".popsection\n"

#define ARM64_USER_WORD(bits, suffix, w)                             \
    static inline int arch_get_user##bits(u64 uaddr, u##bits *value) \
    {                                                                \
        int error = -14;                                             \
        u##bits v = 0;                                               \
        if (unlikely(!arch_user_range_ok(uaddr, sizeof(v))))         \
            return error;                                            \
        __asm__ volatile("1: ldtr" suffix " %" w "1, [%2]\n"         \
                         "mov %w0, wzr\n"                            \
                         "2:\n" EXCEPTION_ENTRY("1b", "2b")          \
                         : "+r"(error), "+r"(v)                      \
                         : "r"(uaddr)                                \
                         : "memory");                                \
        *value = v;                                                  \
        return error;                                                \
    }                                                                \
    static inline int arch_put_user##bits(u64 uaddr, u##bits value)  \
    {                                                                \
        int error = -14;                                             \
        if (unlikely(!arch_user_range_ok(uaddr, sizeof(value))))     \
            return error;                                            \
        __asm__ volatile("1: sttr" suffix " %" w "1, [%2]\n"         \
                         "mov %w0, wzr\n"                            \
                         "2:\n" EXCEPTION_ENTRY("1b", "2b")          \
                         : "+r"(error)                               \
                         : "rZ"(value), "r"(uaddr)                   \
                         : "memory");                                \
        return error;                                                \
    }
ARM64_USER_WORD(8, "b", "w")
ARM64_USER_WORD(16, "h", "w")
ARM64_USER_WORD(32, "", "w")
ARM64_USER_WORD(64, "", "x")
#undef ARM64_USER_WORD
