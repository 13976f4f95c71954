/*
 * BLAKE2s (RFC 7693): a hash of up to 32 bytes, here for mixing entropy. A key
 * of up to 32 bytes makes it a keyed hash.
 */
#pragma once

#include "lib/types.h"

#define BLAKE2S_BLOCK 64
#define BLAKE2S_SIZE  32

struct blake2s {
    u32 h[8];
    u64 total; /* bytes hashed so far */
    u8 buf[BLAKE2S_BLOCK];
    u32 have; /* bytes in buf */
    u32 size; /* of the result */
};

void blake2s_init(struct blake2s *s, size_t size, const void *key,
                  size_t key_size);
void blake2s_update(struct blake2s *s, const void *data, size_t n);
/* Writes the result and forgets the state. */
void blake2s_final(struct blake2s *s, u8 *out);
