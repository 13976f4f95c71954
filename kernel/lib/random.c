#include "lib/random.h"
#include "lib/bitops.h"
#include "lib/blake2s.h"
#include "lib/byteorder.h"
#include "lib/string.h"

#define BLOCK 64

static __always_inline void quarter(u32 *x, int a, int b, int c, int d)
{
    x[a] += x[b];
    x[d] = rol32(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = rol32(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = rol32(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = rol32(x[b] ^ x[c], 7);
}

void chacha20_block(const u32 key[8], u32 counter, const u32 nonce[3],
                    u8 out[64])
{
    u32 start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    u32 x[16];

    memcpy(start + 4, key, 32);
    start[12] = counter;
    memcpy(start + 13, nonce, 12);
    memcpy(x, start, sizeof(x));
    for (int i = 0; i < 10; i++) {
        quarter(x, 0, 4, 8, 12);
        quarter(x, 1, 5, 9, 13);
        quarter(x, 2, 6, 10, 14);
        quarter(x, 3, 7, 11, 15);
        quarter(x, 0, 5, 10, 15);
        quarter(x, 1, 6, 11, 12);
        quarter(x, 2, 7, 8, 13);
        quarter(x, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++)
        put_le32(out + 4 * i, x[i] + start[i]);
    memzero_explicit(x, sizeof(x));
    memzero_explicit(start, sizeof(start));
}

void rng_mix(struct rng *rng, const void *seed, size_t n)
{
    struct blake2s h;

    blake2s_init(&h, sizeof(rng->key), rng->key, sizeof(rng->key));
    blake2s_update(&h, seed, n);
    blake2s_final(&h, (u8 *)rng->key);
}

void rng_bytes(struct rng *rng, void *out, size_t n)
{
    static const u32 nonce[3] = {0, 0, 0};
    u32 key[8], counter = 0;
    u8 block[BLOCK], *p = out;
    size_t part = min(n, sizeof(block) - sizeof(key));

    memcpy(key, rng->key, sizeof(key));
    chacha20_block(key, counter++, nonce, block);
    memcpy(rng->key, block, sizeof(key));
    memcpy(p, block + sizeof(key), part);
    for (p += part, n -= part; n; p += part, n -= part) {
        part = min(n, sizeof(block));
        chacha20_block(key, counter++, nonce, block);
        memcpy(p, block, part);
        if (counter == U32_MAX) { /* 256 GiB in one call */
            rng_bytes(rng, p + part, n - part);
            break;
        }
    }
    memzero_explicit(block, sizeof(block));
    memzero_explicit(key, sizeof(key));
}

void rng_fork(struct rng *from, struct rng *to)
{
    rng_bytes(from, to->key, sizeof(to->key));
}
