/*
 * Memory functions. CPUs that say they are fast at string instructions (ERMS)
 * get those for longer runs; TCG does them byte by byte, whatever it says, and
 * gets plain words, as lib's own functions have.
 */
#include "arch/x86_64/port.h"
#include "lib/string.h"

/* The loops must not become calls of the functions that they implement. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

#define STRING_MIN 512

typedef u64 __attribute__((may_alias, aligned(1))) word;

static inline bool fast_strings(size_t n)
{
    return n >= STRING_MIN && x86_has(FEATURE_ERMS) && x86_hypervisor != ON_TCG;
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    u8 *d = dst;
    const u8 *s = src;
    if (fast_strings(n)) {
        __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
        return dst;
    }
    for (; n >= 64; n -= 64, d += 64, s += 64) {
        u64 a = ((const word *)s)[0], b = ((const word *)s)[1];
        u64 c = ((const word *)s)[2], e = ((const word *)s)[3];
        ((word *)d)[0] = a;
        ((word *)d)[1] = b;
        ((word *)d)[2] = c;
        ((word *)d)[3] = e;
        a = ((const word *)s)[4], b = ((const word *)s)[5];
        c = ((const word *)s)[6], e = ((const word *)s)[7];
        ((word *)d)[4] = a;
        ((word *)d)[5] = b;
        ((word *)d)[6] = c;
        ((word *)d)[7] = e;
    }
    for (; n >= 8; n -= 8, d += 8, s += 8)
        *(word *)d = *(const word *)s;
    while (n--)
        *d++ = *s++;
    return dst;
}

void *memset(void *dst, int c, size_t n)
{
    u8 *d = dst;
    u64 w = (u8)c * 0x0101010101010101UL;
    if (fast_strings(n)) {
        __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
        return dst;
    }
    for (; n >= 64; n -= 64, d += 64) {
        ((word *)d)[0] = w;
        ((word *)d)[1] = w;
        ((word *)d)[2] = w;
        ((word *)d)[3] = w;
        ((word *)d)[4] = w;
        ((word *)d)[5] = w;
        ((word *)d)[6] = w;
        ((word *)d)[7] = w;
    }
    for (; n >= 8; n -= 8, d += 8)
        *(word *)d = w;
    while (n--)
        *d++ = (u8)c;
    return dst;
}
