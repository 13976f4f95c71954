#include "lib/string.h"
#include "lib/ctype.h"
#include "lib/errno.h"

/*
 * The loops below must not be turned into calls of the very functions that
 * they implement. clang keeps away because of -ffreestanding.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

/* A word that may alias anything and lie anywhere. */
typedef u64 word_t __attribute__((may_alias, aligned(1)));

#define ONES  0x0101010101010101UL
#define HIGHS 0x8080808080808080UL

__weak void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    u8 *d = dst;
    const u8 *s = src;

    for (; n >= 32; n -= 32, d += 32, s += 32) {
        u64 a = ((const word_t *)s)[0], b = ((const word_t *)s)[1];
        u64 c = ((const word_t *)s)[2], e = ((const word_t *)s)[3];

        ((word_t *)d)[0] = a;
        ((word_t *)d)[1] = b;
        ((word_t *)d)[2] = c;
        ((word_t *)d)[3] = e;
    }
    for (; n >= 8; n -= 8, d += 8, s += 8)
        *(word_t *)d = *(const word_t *)s;
    while (n--)
        *d++ = *s++;
    return dst;
}

__weak void *memmove(void *dst, const void *src, size_t n)
{
    u8 *d = dst;
    const u8 *s = src;

    if ((uintptr_t)d - (uintptr_t)s >= n) {
        /* Forwards never overwrites what it has yet to read. */
        for (; n >= 8; n -= 8, d += 8, s += 8)
            *(word_t *)d = *(const word_t *)s;
        while (n--)
            *d++ = *s++;
        return dst;
    }
    while (n >= 8) {
        n -= 8;
        *(word_t *)(d + n) = *(const word_t *)(s + n);
    }
    while (n--)
        d[n] = s[n];
    return dst;
}

__weak void *memset(void *dst, int c, size_t n)
{
    u8 *d = dst;
    u64 w = (u8)c * ONES;

    for (; n >= 32; n -= 32, d += 32) {
        ((word_t *)d)[0] = w;
        ((word_t *)d)[1] = w;
        ((word_t *)d)[2] = w;
        ((word_t *)d)[3] = w;
    }
    for (; n >= 8; n -= 8, d += 8)
        *(word_t *)d = w;
    while (n--)
        *d++ = (u8)c;
    return dst;
}

__weak int memcmp(const void *a, const void *b, size_t n)
{
    const u8 *x = a, *y = b;

    for (; n >= 8; n -= 8, x += 8, y += 8)
        if (*(const word_t *)x != *(const word_t *)y)
            break;
    for (; n; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *s, int c, size_t n)
{
    const u8 *p = s;

    for (; n; n--, p++)
        if (*p == (u8)c)
            return (void *)p;
    return NULL;
}

void *memchr_inv(const void *s, int c, size_t n)
{
    const u8 *p = s;
    u64 w = (u8)c * ONES;

    for (; n >= 8; n -= 8, p += 8)
        if (*(const word_t *)p != w)
            break;
    for (; n; n--, p++)
        if (*p != (u8)c)
            return (void *)p;
    return NULL;
}

void memzero_explicit(void *s, size_t n)
{
    memset(s, 0, n);
    __asm__ volatile("" : : "r"(s) : "memory");
}

int crypto_memneq(const void *a, const void *b, size_t n)
{
    const volatile u8 *x = a, *y = b;
    u8 diff = 0;

    while (n--)
        diff |= *x++ ^ *y++;
    return diff;
}

/*
 * Reads whole aligned words, which may pass the terminator but not the page;
 * AddressSanitizer would object, so host builds go byte by byte.
 */
size_t strlen(const char *s)
{
    const char *p = s;

#ifndef HAKO_HOST
    for (; (uintptr_t)p & 7; p++)
        if (!*p)
            return (size_t)(p - s);
    for (;; p += 8) {
        u64 w = *(const word_t *)p;

        if ((w - ONES) & ~w & HIGHS)
            break;
    }
#endif
    while (*p)
        p++;
    return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i])
        i++;
    return i;
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n && *a && *a == *b; n--, a++, b++)
        ;
    return n ? (u8)*a - (u8)*b : 0;
}

int strcasecmp(const char *a, const char *b)
{
    return strncasecmp(a, b, SIZE_MAX);
}

int strncasecmp(const char *a, const char *b, size_t n)
{
    for (; n; n--, a++, b++) {
        int d = tolower((u8)*a) - tolower((u8)*b);

        if (d || !*a)
            return d;
    }
    return 0;
}

char *strchrnul(const char *s, int c)
{
    while (*s && *s != (char)c)
        s++;
    return (char *)s;
}

char *strchr(const char *s, int c)
{
    s = strchrnul(s, c);
    return *s == (char)c ? (char *)s : NULL;
}

char *strnchr(const char *s, size_t n, int c)
{
    for (; n; n--, s++) {
        if (*s == (char)c)
            return (char *)s;
        if (!*s)
            break;
    }
    return NULL;
}

char *strrchr(const char *s, int c)
{
    const char *found = NULL;

    do {
        if (*s == (char)c)
            found = s;
    } while (*s++);
    return (char *)found;
}

char *strstr(const char *s, const char *what)
{
    size_t n = strlen(what);

    if (!n)
        return (char *)s;
    for (; (s = strchr(s, *what)); s++)
        if (!strncmp(s, what, n))
            return (char *)s;
    return NULL;
}

size_t strspn(const char *s, const char *accept)
{
    size_t i = 0;

    while (s[i] && strchr(accept, s[i]))
        i++;
    return i;
}

size_t strcspn(const char *s, const char *reject)
{
    size_t i = 0;

    while (s[i] && !strchr(reject, s[i]))
        i++;
    return i;
}

char *strpbrk(const char *s, const char *accept)
{
    s += strcspn(s, accept);
    return *s ? (char *)s : NULL;
}

char *strsep(char **s, const char *sep)
{
    char *start = *s, *end;

    if (!start)
        return NULL;
    end = strpbrk(start, sep);
    if (end)
        *end++ = '\0';
    *s = end;
    return start;
}

char *skip_spaces(const char *s)
{
    while (isspace((u8)*s))
        s++;
    return (char *)s;
}

char *strstrip(char *s)
{
    size_t n;

    s = skip_spaces(s);
    for (n = strlen(s); n && isspace((u8)s[n - 1]); n--)
        ;
    s[n] = '\0';
    return s;
}

bool strstarts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
    size_t n = strnlen(src, size);

    if (n < size) {
        memcpy(dst, src, n + 1);
        return (ssize_t)n;
    }
    if (size) {
        memcpy(dst, src, size - 1);
        dst[size - 1] = '\0';
    }
    return -E2BIG;
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
    size_t n = strlen(src);

    strscpy(dst, src, size);
    return n;
}

size_t strlcat(char *dst, const char *src, size_t size)
{
    size_t n = strnlen(dst, size);

    return n + (n < size ? strlcpy(dst + n, src, size - n) : strlen(src));
}
