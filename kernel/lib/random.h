/*
 * The core of a random number generator: ChaCha20 (RFC 8439) with fast key
 * erasure, and BLAKE2s to mix in seeds.
 *
 * rng_bytes replaces the key before it gives anything out, so that who later
 * reads the state does not learn what was given before. rng_mix keeps what was
 * unpredictable in the key whatever the seed is. Nothing is locked: the owner
 * (core/random.h: one per CPU and a base) does that, and decides when enough
 * entropy has come in.
 */
#pragma once

#include "lib/types.h"

struct rng {
    u32 key[8];
};

/* The block of the RFC: 64 bytes for a key, a counter and a nonce. */
void chacha20_block(const u32 key[8], u32 counter, const u32 nonce[3],
                    u8 out[64]);

/* key = BLAKE2s(key, seed) */
void rng_mix(struct rng *rng, const void *seed, size_t n);
void rng_bytes(struct rng *rng, void *out, size_t n);
/* Makes a generator that is independent of what `from` gives afterwards. */
void rng_fork(struct rng *from, struct rng *to);
