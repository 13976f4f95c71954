/*
 * Byte order. Both machines are little-endian, so the le functions change
 * nothing, and say in the code what the bytes are. The get_ and put_ functions
 * work at any alignment.
 */
#pragma once

#include "lib/types.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian only");

static inline u16 swab16(u16 v)
{
    return __builtin_bswap16(v);
}
static inline u32 swab32(u32 v)
{
    return __builtin_bswap32(v);
}
static inline u64 swab64(u64 v)
{
    return __builtin_bswap64(v);
}

#define cpu_to_be16(v) ((be16)swab16(v))
#define cpu_to_be32(v) ((be32)swab32(v))
#define cpu_to_be64(v) ((be64)swab64(v))
#define be16_to_cpu(v) swab16(v)
#define be32_to_cpu(v) swab32(v)
#define be64_to_cpu(v) swab64(v)
#define cpu_to_le16(v) ((le16)(v))
#define cpu_to_le32(v) ((le32)(v))
#define cpu_to_le64(v) ((le64)(v))
#define le16_to_cpu(v) ((u16)(v))
#define le32_to_cpu(v) ((u32)(v))
#define le64_to_cpu(v) ((u64)(v))

#define __GET_PUT(bits)                                 \
    static inline u##bits get_le##bits(const void *p)   \
    {                                                   \
        u##bits v;                                      \
        __builtin_memcpy(&v, p, sizeof(v));             \
        return v;                                       \
    }                                                   \
    static inline u##bits get_be##bits(const void *p)   \
    {                                                   \
        return swab##bits(get_le##bits(p));             \
    }                                                   \
    static inline void put_le##bits(void *p, u##bits v) \
    {                                                   \
        __builtin_memcpy(p, &v, sizeof(v));             \
    }                                                   \
    static inline void put_be##bits(void *p, u##bits v) \
    {                                                   \
        put_le##bits(p, swab##bits(v));                 \
    }
__GET_PUT(16)
__GET_PUT(32)
__GET_PUT(64)
#undef __GET_PUT
