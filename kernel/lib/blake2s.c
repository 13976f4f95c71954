#include "lib/blake2s.h"
#include "lib/bitops.h"
#include "lib/byteorder.h"
#include "lib/string.h"

static const u32 iv[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static const u8 sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static u32 ror(u32 v, unsigned int n)
{
    return rol32(v, 32 - n);
}

static void mix(u32 *v, unsigned int a, unsigned int b, unsigned int c,
                unsigned int d, u32 x, u32 y)
{
    v[a] += v[b] + x;
    v[d] = ror(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = ror(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = ror(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = ror(v[b] ^ v[c], 7);
}

static void compress(struct blake2s *s, const u8 *block, bool last)
{
    u32 v[16], m[16];

    for (unsigned int i = 0; i < 16; i++)
        m[i] = get_le32(block + 4 * i);
    memcpy(v, s->h, 32);
    memcpy(v + 8, iv, 32);
    v[12] ^= (u32)s->total;
    v[13] ^= (u32)(s->total >> 32);
    if (last)
        v[14] = ~v[14];
    for (unsigned int r = 0; r < 10; r++) {
        const u8 *p = sigma[r];

        for (unsigned int i = 0; i < 4; i++)
            mix(v, i, 4 + i, 8 + i, 12 + i, m[p[2 * i]], m[p[2 * i + 1]]);
        for (unsigned int i = 0; i < 4; i++)
            mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4,
                m[p[8 + 2 * i]], m[p[9 + 2 * i]]);
    }
    for (unsigned int i = 0; i < 8; i++)
        s->h[i] ^= v[i] ^ v[i + 8];
}

void blake2s_init(struct blake2s *s, size_t size, const void *key,
                  size_t key_size)
{
    memset(s, 0, sizeof(*s));
    memcpy(s->h, iv, 32);
    s->h[0] ^= 0x01010000 | (u32)key_size << 8 | (u32)size;
    s->size = (u32)size;
    if (key_size) {
        memcpy(s->buf, key, key_size);
        s->have = BLAKE2S_BLOCK;
    }
}

void blake2s_update(struct blake2s *s, const void *data, size_t n)
{
    const u8 *p = data;

    while (n) {
        size_t part;

        /* The last block is compressed by blake2s_final. */
        if (s->have == BLAKE2S_BLOCK) {
            s->total += BLAKE2S_BLOCK;
            compress(s, s->buf, false);
            s->have = 0;
        }
        part = min(n, (size_t)(BLAKE2S_BLOCK - s->have));
        memcpy(s->buf + s->have, p, part);
        s->have += (u32)part;
        p += part;
        n -= part;
    }
}

void blake2s_final(struct blake2s *s, u8 *out)
{
    u8 result[BLAKE2S_SIZE];

    s->total += s->have;
    memset(s->buf + s->have, 0, BLAKE2S_BLOCK - s->have);
    compress(s, s->buf, true);
    for (unsigned int i = 0; i < 8; i++)
        put_le32(result + 4 * i, s->h[i]);
    memcpy(out, result, s->size);
    memzero_explicit(result, sizeof(result));
    memzero_explicit(s, sizeof(*s));
}
