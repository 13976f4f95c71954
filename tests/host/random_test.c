// about: ChaCha20 and BLAKE2s against their RFCs, and the generator on them
#include "test.h"

#include "lib/blake2s.h"
#include "lib/byteorder.h"
#include "lib/random.h"

/* RFC 8439, 2.3.2 */
TEST(chacha20_vector)
{
    static const u8 want[64] = {
        0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd,
        0x1f, 0xa3, 0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0,
        0x68, 0x03, 0x04, 0x22, 0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2,
        0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa, 0x09, 0x14, 0xc2, 0xd7, 0x05,
        0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1, 0xde, 0x16, 0x4e,
        0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e};
    static const u32 nonce[3] = {0x09000000, 0x4a000000, 0};
    u32 key[8];
    u8 bytes[32], out[64];

    for (u8 i = 0; i < 32; i++)
        bytes[i] = i;
    for (int i = 0; i < 8; i++)
        key[i] = get_le32(bytes + 4 * i);
    chacha20_block(key, 1, nonce, out);
    CHECK_MEM(out, want, 64);
}

/* RFC 7693, appendix B and the self-test of appendix E. */
TEST(blake2s_vectors)
{
    static const u8 abc[32] = {0x50, 0x8c, 0x5e, 0x8c, 0x32, 0x7c, 0x14, 0xe2,
                               0xe1, 0xa7, 0x2b, 0xa3, 0x4e, 0xeb, 0x45, 0x2f,
                               0x37, 0x45, 0x8b, 0x20, 0x9e, 0xd6, 0x3a, 0x29,
                               0x4d, 0x99, 0x9b, 0x4c, 0x86, 0x67, 0x59, 0x82};
    static const u8 all[32] = {0x6a, 0x41, 0x1f, 0x08, 0xce, 0x25, 0xad, 0xcd,
                               0xfb, 0x02, 0xab, 0xa6, 0x41, 0x45, 0x1c, 0xec,
                               0x53, 0xc5, 0x98, 0xb2, 0x4f, 0x4f, 0xc7, 0x87,
                               0xfb, 0xdc, 0x88, 0x79, 0x7f, 0x4c, 0x1d, 0xfe};
    static const size_t sizes[] = {16, 20, 28, 32};
    static const size_t lengths[] = {0, 3, 64, 65, 255, 1024};
    struct blake2s h, total;
    u8 out[32], in[1024], key[32];

    blake2s_init(&h, 32, NULL, 0);
    blake2s_update(&h, "abc", 3);
    blake2s_final(&h, out);
    CHECK_MEM(out, abc, 32);

    blake2s_init(&total, 32, NULL, 0);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 6; j++) {
            for (int keyed = 0; keyed < 2; keyed++) {
                size_t n = lengths[j], size = sizes[i];
                u8 *bufs[2] = {in, key};
                u32 seeds[2] = {(u32)n, (u32)size};

                for (int k = 0; k < 2; k++) {
                    u32 a = 0xdead4bad * seeds[k], b = 1, t;

                    for (size_t l = 0; l < (k ? size : n); l++) {
                        t = a + b;
                        a = b;
                        b = t;
                        bufs[k][l] = (u8)(t >> 24);
                    }
                }
                blake2s_init(&h, size, key, keyed ? size : 0);
                blake2s_update(&h, in, n / 3);
                blake2s_update(&h, in + n / 3, n - n / 3);
                blake2s_final(&h, out);
                blake2s_update(&total, out, size);
            }
        }
    }
    blake2s_final(&total, out);
    CHECK_MEM(out, all, 32);
}

TEST(generator)
{
    struct rng a = {{1, 2, 3}}, b = a, c;
    u8 x[1000], y[1000];
    int ones = 0;

    rng_bytes(&a, x, 1000);
    rng_bytes(&b, y, 1000);
    CHECK_MEM(x, y, 1000); /* the same key */
    CHECK((memcmp)(&a, x, 32) != 0);
    rng_bytes(&a, y, 1000);
    CHECK((memcmp)(x, y, 1000) != 0);
    rng_mix(&b, "seed", 4);
    rng_bytes(&b, x, 1000);
    CHECK((memcmp)(x, y, 1000) != 0);
    rng_fork(&a, &c);
    rng_bytes(&a, x, 64);
    rng_bytes(&c, y, 64);
    CHECK((memcmp)(x, y, 64) != 0);
    for (size_t n = 0; n < 200; n++) {
        (memset)(x, 0xaa, sizeof(x));
        rng_bytes(&a, x, n);
        CHECK(x[n] == 0xaa);
    }
    for (int i = 0; i < 200; i++) {
        rng_bytes(&a, x, 1000);
        for (int k = 0; k < 1000; k++)
            ones += __builtin_popcount(x[k]);
    }
    CHECK(ones > 795000 && ones < 805000);
}
