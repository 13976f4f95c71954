/*
 * Hashes for tables.
 *
 * hash_64 and hash_ptr are for keys that nobody can choose. Where a user or a
 * packet chooses the key (names, addresses, ports), use SipHash with a random
 * key, so that nobody can make all keys collide.
 */
#pragma once

#include "lib/bitops.h"

#define GOLDEN_RATIO_64 0x61c8864680b583ebUL

/* The top `bits` bits of a multiplicative hash; 1 <= bits <= 64. */
static inline u64 hash_64(u64 v, unsigned int bits)
{
    return (v * GOLDEN_RATIO_64) >> (64 - bits);
}

static inline u32 hash_32(u32 v, unsigned int bits)
{
    return (u32)hash_64(v, bits);
}

static inline u64 hash_ptr(const void *p, unsigned int bits)
{
    return hash_64((u64)(uintptr_t)p, bits);
}

struct siphash_key {
    u64 k[2];
};

/* SipHash-2-4 of n bytes (Aumasson, Bernstein), and of one or two numbers. */
u64 siphash(const void *data, size_t n, const struct siphash_key *key);
u64 siphash_1u64(u64 a, const struct siphash_key *key);
u64 siphash_2u64(u64 a, u64 b, const struct siphash_key *key);
/* The faster SipHash-1-3: for tables, not for what leaves the machine. */
u64 hsiphash(const void *data, size_t n, const struct siphash_key *key);

/*
 * The hash of a name of n bytes, mixed with `salt` (its directory), for the
 * dentry table. Keyed by name_hash_key, which core sets at start.
 */
u32 full_name_hash(const void *salt, const char *name, size_t n);
extern struct siphash_key name_hash_key;
