/*
 * Fixed-width types, as the whole kernel spells them.
 *
 * u64 and s64 are `unsigned long` and `long` on both machines and on the host,
 * so they print with %lu, %ld and %lx without a cast.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

typedef long ssize_t;

/* Numbers in a fixed byte order: convert with lib/byteorder.h. */
typedef u16 be16;
typedef u32 be32;
typedef u64 be64;
typedef u16 le16;
typedef u32 le32;
typedef u64 le64;

#define U8_MAX  ((u8)~0)
#define U16_MAX ((u16)~0)
#define U32_MAX (~(u32)0)
#define U64_MAX (~(u64)0)
#define S32_MAX ((s32)0x7fffffff)
#define S32_MIN (-S32_MAX - 1)
#define S64_MAX ((s64)0x7fffffffffffffff)
#define S64_MIN (-S64_MAX - 1)
#ifndef INT_MAX
#define INT_MAX __INT_MAX__
#define INT_MIN (-INT_MAX - 1)
#endif
#ifndef UINT_MAX
#define UINT_MAX (INT_MAX * 2U + 1U)
#endif
#ifndef LONG_MAX
#define LONG_MAX __LONG_MAX__
#define LONG_MIN (-LONG_MAX - 1L)
#endif
#ifndef ULONG_MAX
#define ULONG_MAX (LONG_MAX * 2UL + 1UL)
#endif

_Static_assert(sizeof(void *) == 8 && sizeof(long) == 8, "LP64 only");
_Static_assert(_Generic((u64)0, unsigned long : 1, default : 0),
               "u64 prints with %lu");
