/*
 * Single-word user accesses. A fault at an instruction that the exception table
 * names goes on at its second address.
 *
 * Where the CPU has SMAP, the three-byte NOPs of USER_ACCESS_BEGIN and _END
 * become STAC and CLAC at boot.
 */
#ifndef ASM_USER_H
#define ASM_USER_H

#define USER_ACCESS_BEGIN               \
    "77: .byte 0x0f, 0x1f, 0x00\n"      \
    ".pushsection .smap_sites, \"a\"\n" \
    ".long 77b - ., 1\n"                \
    ".popsection\n"
#define USER_ACCESS_END                 \
    "78: .byte 0x0f, 0x1f, 0x00\n"      \
    ".pushsection .smap_sites, \"a\"\n" \
    ".long 78b - ., 0\n"                \
    ".popsection\n"
#define EXCEPTION_ENTRY(from, to)      \
    ".pushsection .extable, \"a\"\n"   \
    ".long " from " - ., " to " - .\n" \
    ".popsection\n"

#define X86_USER_WORD(bits, reg)                                            \
    static inline int arch_get_user##bits(u64 uaddr, u##bits *value)        \
    {                                                                       \
        int error = -14;                                                    \
        u##bits v = 0;                                                      \
        if (unlikely(!arch_user_range_ok(uaddr, sizeof(v))))                \
            return error;                                                   \
        __asm__ volatile(USER_ACCESS_BEGIN                                  \
                         "1: mov (%2), %1\n"                                \
                         "xor %0, %0\n"                                     \
                         "2:\n" USER_ACCESS_END EXCEPTION_ENTRY("1b", "2b") \
                         : "+r"(error), "+" reg(v)                          \
                         : "r"(uaddr)                                       \
                         : "memory", "cc");                                 \
        *value = v;                                                         \
        return error;                                                       \
    }                                                                       \
    static inline int arch_put_user##bits(u64 uaddr, u##bits value)         \
    {                                                                       \
        int error = -14;                                                    \
        if (unlikely(!arch_user_range_ok(uaddr, sizeof(value))))            \
            return error;                                                   \
        __asm__ volatile(USER_ACCESS_BEGIN                                  \
                         "1: mov %1, (%2)\n"                                \
                         "xor %0, %0\n"                                     \
                         "2:\n" USER_ACCESS_END EXCEPTION_ENTRY("1b", "2b") \
                         : "+r"(error)                                      \
                         : reg(value), "r"(uaddr)                           \
                         : "memory", "cc");                                 \
        return error;                                                       \
    }
X86_USER_WORD(8, "q")
X86_USER_WORD(16, "r")
X86_USER_WORD(32, "r")
X86_USER_WORD(64, "r")
#undef X86_USER_WORD

#endif
