#include "lib/hash.h"
#include "lib/byteorder.h"

struct siphash_key name_hash_key;

struct sip {
    u64 v0, v1, v2, v3;
};

static __always_inline void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v1 = rol64(s->v1, 13) ^ s->v0;
    s->v0 = rol64(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rol64(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rol64(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rol64(s->v1, 17) ^ s->v2;
    s->v2 = rol64(s->v2, 32);
}

static __always_inline void sip_word(struct sip *s, u64 m, int rounds)
{
    s->v3 ^= m;
    for (int i = 0; i < rounds; i++)
        sip_round(s);
    s->v0 ^= m;
}

static __always_inline struct sip sip_start(const struct siphash_key *key)
{
    return (struct sip){
        key->k[0] ^ 0x736f6d6570736575UL, key->k[1] ^ 0x646f72616e646f6dUL,
        key->k[0] ^ 0x6c7967656e657261UL, key->k[1] ^ 0x7465646279746573UL};
}

static __always_inline u64 sip_end(struct sip *s, int rounds)
{
    s->v2 ^= 0xff;
    for (int i = 0; i < rounds; i++)
        sip_round(s);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static __always_inline u64 sip_bytes(const void *data, size_t n,
                                     const struct siphash_key *key, int c,
                                     int d)
{
    struct sip s = sip_start(key);
    u64 last = (u64)n << 56;
    const u8 *p = data;

    for (; n >= 8; n -= 8, p += 8)
        sip_word(&s, get_le64(p), c);
    for (unsigned int i = 0; i < n; i++)
        last |= (u64)p[i] << (8 * i);
    sip_word(&s, last, c);
    return sip_end(&s, d);
}

u64 siphash(const void *data, size_t n, const struct siphash_key *key)
{
    return sip_bytes(data, n, key, 2, 4);
}

u64 hsiphash(const void *data, size_t n, const struct siphash_key *key)
{
    return sip_bytes(data, n, key, 1, 3);
}

u64 siphash_1u64(u64 a, const struct siphash_key *key)
{
    struct sip s = sip_start(key);

    sip_word(&s, a, 2);
    sip_word(&s, 8UL << 56, 2);
    return sip_end(&s, 4);
}

u64 siphash_2u64(u64 a, u64 b, const struct siphash_key *key)
{
    struct sip s = sip_start(key);

    sip_word(&s, a, 2);
    sip_word(&s, b, 2);
    sip_word(&s, 16UL << 56, 2);
    return sip_end(&s, 4);
}

u32 full_name_hash(const void *salt, const char *name, size_t n)
{
    struct siphash_key key = name_hash_key;
    u64 h;

    key.k[0] ^= (u64)(uintptr_t)salt * GOLDEN_RATIO_64;
    h = hsiphash(name, n, &key);
    return (u32)(h ^ (h >> 32));
}
