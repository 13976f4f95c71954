// about: decompression of what gzip makes, and of damaged data; checksums
// libs: -lz
#include "test.h"

/* zlib's function of the name is not wanted. */
#define crc32 zlib_crc32
#include <zlib.h>
#undef crc32

#include "lib/crc32.h"
#include "lib/errno.h"
#include "lib/inflate.h"

struct sunk {
    u8 *data;
    size_t n, room;
    size_t fail_at;
};

static int sink(void *ctx, const u8 *data, size_t n)
{
    struct sunk *s = ctx;

    if (s->n + n > s->room)
        return -E2BIG;
    (memcpy)(s->data + s->n, data, n);
    s->n += n;
    return s->fail_at && s->n >= s->fail_at ? -ENOSPC : 0;
}

enum {
    MAX = 400000
};

/* Text-like, random, constant, or long-distance data. */
static void make_data(u8 *p, size_t n)
{
    u64 kind = test_below(5), period = 1 + test_below(40000);

    for (size_t i = 0; i < n; i++) {
        switch (kind) {
        case 0:
            p[i] = (u8)("etaoin shrdlu\n"[test_below(14)]);
            break;
        case 1:
            p[i] = (u8)test_random();
            break;
        case 2:
            p[i] = 'x';
            break;
        case 3:
            p[i] = i < period ? (u8)test_random() : p[i - period];
            break;
        case 4:
            p[i] = test_below(20) || i < period ? (u8)test_below(256) & 0x1f
                                                : p[i - period];
            break;
        }
    }
}

static size_t deflate_it(const u8 *in, size_t n, u8 *out, size_t room, int bits)
{
    z_stream z = {0};
    int strategy = (int)test_below(5);

    deflateInit2(&z, (int)test_below(10), Z_DEFLATED, bits,
                 1 + (int)test_below(9), strategy);
    z.next_in = (u8 *)in;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        TEST_FAIL("zlib does not compress");
    n = z.total_out;
    deflateEnd(&z);
    return n;
}

TEST(what_zlib_makes)
{
    struct inflate *state = malloc(sizeof(*state));
    u8 *in = malloc(MAX), *packed = malloc(2 * MAX);
    struct sunk out = {malloc(MAX), 0, MAX, 0};

    for (unsigned long round = 0; round < test_scale(150); round++) {
        size_t n = test_below(round % 3 ? MAX : 300), size, used;

        make_data(in, n);
        size = deflate_it(in, n, packed, 2 * MAX - 8, 31);
        (memset)(packed + size, 0xee, 8);
        out.n = 0;
        CHECK_EQ(inflate_gzip(state, packed, size + 8, &used, sink, &out), 0);
        CHECK_EQ(used, size);
        CHECK_EQ(out.n, n);
        CHECK_MEM(out.data, in, n);

        /* Cut anywhere: an error, and never too much. */
        out.n = 0;
        CHECK_EQ(
            inflate_gzip(state, packed, test_below(size), &used, sink, &out),
            -EINVAL);
        CHECK(out.n <= n);

        /* Exactly as long as it needs to be, in memory of its own. */
        size = deflate_it(in, n, packed, 2 * MAX, -15);
        u8 *exact = malloc(size);
        (memcpy)(exact, packed, size);
        out.n = 0;
        CHECK_EQ(inflate_raw(state, exact, size, &used, sink, &out), 0);
        CHECK_EQ(used, size);
        CHECK_EQ(out.n, n);
        CHECK_MEM(out.data, in, n);
        free(exact);
    }
    free(state);
    free(in);
    free(packed);
    free(out.data);
}

/* Flipped bits: what zlib takes we take, with the same result. */
TEST(damage_like_zlib)
{
    struct inflate *state = malloc(sizeof(*state));
    enum {
        N = 3000
    };
    u8 in[N], packed[2 * N];
    static u8 want[4 * N], got[4 * N + 70000];

    for (unsigned long round = 0; round < test_scale(20000); round++) {
        size_t n = 1 + test_below(N - 1), size, used;
        struct sunk out = {got, 0, sizeof(got), 0};
        z_stream z = {0};
        int zerr, err;

        if (round % 8 == 0)
            make_data(in, N);
        size = deflate_it(in, n, packed, sizeof(packed), -15);
        for (u64 flips = 1 + test_below(3); flips; flips--)
            packed[test_below(test_below(2) ? size : min(size, 40ul))] ^=
                (u8)(1 << test_below(8));
        inflateInit2(&z, -15);
        z.next_in = packed;
        z.avail_in = (uInt)size;
        z.next_out = want;
        z.avail_out = sizeof(want);
        zerr = inflate(&z, Z_FINISH);
        err = inflate_raw(state, packed, size, &used, sink, &out);
        if (zerr == Z_STREAM_END) {
            CHECK_EQ(err, 0);
            CHECK_EQ(out.n, z.total_out);
            CHECK_EQ(used, z.total_in);
            CHECK_MEM(got, want, out.n);
        } else if (z.avail_out) {
            CHECK_EQ(err, -EINVAL);
        }
        inflateEnd(&z);
    }
    free(state);
}

TEST(gzip_headers)
{
    static const u8 body[] = {0x03, 0x00, 0, 0, 0, 0, 0, 0, 0, 0};
    struct inflate *state = malloc(sizeof(*state));
    u8 h[64] = {0x1f, 0x8b, 8, 0};
    size_t used;
    struct sunk out = {0};

    (memcpy)(h + 10, body, sizeof(body));
    CHECK_EQ(inflate_gzip(state, h, 20, &used, sink, &out), 0);
    CHECK_EQ(used, 20);
    h[3] = 2 | 4 | 8 | 16;
    h[10] = 3; /* 3 bytes of extra data, a name, a comment, a header CRC */
    h[11] = 0;
    (memcpy)(h + 12, "abcname\0comment\0xx", 18);
    (memcpy)(h + 30, body, sizeof(body));
    CHECK_EQ(inflate_gzip(state, h, 40, &used, sink, &out), 0);
    CHECK_EQ(used, 40);
    for (size_t n = 0; n < 40; n++) {
        u8 *exact = malloc(n + !n);

        (memcpy)(exact, h, n);
        CHECK_EQ(inflate_gzip(state, exact, n, NULL, sink, &out), -EINVAL);
        free(exact);
    }
    h[3] |= 0x20;
    CHECK_EQ(inflate_gzip(state, h, 40, &used, sink, &out), -EINVAL);
    h[3] &= 0x1f;
    h[39] = 1; /* length */
    CHECK_EQ(inflate_gzip(state, h, 40, &used, sink, &out), -EINVAL);
    free(state);
}

TEST(sink_stops_it)
{
    struct inflate *state = malloc(sizeof(*state));
    u8 *in = calloc(1, MAX), *packed = malloc(MAX);
    struct sunk out = {malloc(MAX), 0, MAX, 100000};
    size_t n = deflate_it(in, MAX, packed, MAX, 31);

    CHECK_EQ(inflate_gzip(state, packed, n, NULL, sink, &out), -ENOSPC);
    CHECK(out.n < 200000);
    free(state);
    free(in);
    free(packed);
    free(out.data);
}

static u32 slow_crc(u32 crc, const u8 *p, size_t n, u32 poly)
{
    while (n--) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++)
            crc = crc >> 1 ^ (crc & 1 ? poly : 0);
    }
    return crc;
}

TEST(crcs)
{
    u8 data[256];

    CHECK_EQ(crc32("123456789", 9), 0xcbf43926);
    CHECK_EQ(~crc32c_update(~0u, "123456789", 9), 0xe3069283);
    for (int i = 0; i < 256; i++)
        data[i] = (u8)test_random();
    for (size_t n = 0; n < 200; n++) {
        const u8 *p = data + n % 9;

        CHECK_EQ(crc32_update(7, p, n), slow_crc(7, p, n, 0xedb88320));
        CHECK_EQ(crc32c_update(7, p, n), slow_crc(7, p, n, 0x82f63b78));
    }
}
