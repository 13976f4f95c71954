/*
 * The debug build's address sanitizer: the compiler calls it before each access
 * to memory, it complains about accesses to memory that is free.
 *
 * One shadow byte per eight bytes of RAM: 0, all may be used; 1 to 7, so many
 * from the start; negative, none. The allocators poison what they take back
 * and unpoison what they hand out; the files of the allocators themselves are
 * not instrumented. Only addresses of the direct map are looked at; stacks and
 * static variables are not.
 *
 * Shadow pages are allocated at start for all RAM, an eighth of it; nothing is
 * checked before.
 */
#ifndef CORE_KASAN_H
#define CORE_KASAN_H

#include "lib/types.h"

struct boot_info;

#ifdef CONFIG_DEBUG
void kasan_init(const struct boot_info *info);
/* Both: p is at a multiple of 8; poison: n too. */
void kasan_poison(const void *p, size_t n);
void kasan_unpoison(const void *p, size_t n);
#else
static inline void kasan_init(const struct boot_info *info)
{
    (void)info;
}
static inline void kasan_poison(const void *p, size_t n)
{
    (void)p;
    (void)n;
}
static inline void kasan_unpoison(const void *p, size_t n)
{
    (void)p;
    (void)n;
}
#endif

#endif
