/*
 * CRC-32 as gzip and Ethernet have it (polynomial 0x04c11db7, reflected), and
 * CRC-32C (Castagnoli, 0x1edc6f41) as ext4, iSCSI and btrfs have it. The
 * functions do not invert: start with ~0 and invert the result, as those
 * formats do, unless the format says otherwise.
 */
#pragma once

#include "lib/types.h"

u32 crc32_update(u32 crc, const void *data, size_t n);
u32 crc32c_update(u32 crc, const void *data, size_t n);

/* With both inversions. */
static inline u32 crc32(const void *data, size_t n)
{
    return ~crc32_update(~0u, data, n);
}
