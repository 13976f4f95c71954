// about: arithmetic, sorting, hashing, rings and reference counts
#include "test.h"

#include "lib/byteorder.h"
#include "lib/hash.h"
#include "lib/math64.h"
#include "lib/refcount.h"
#include "lib/ring.h"
#include "lib/sort.h"

TEST(mul_div)
{
    for (unsigned long i = 0; i < test_scale(100000); i++) {
        u64 a = test_random() >> test_below(64);
        u64 b = test_random() >> test_below(64);
        u64 d = test_random() >> test_below(64);
        unsigned __int128 q;

        if (d == 0) {
            CHECK_EQ(mul_u64_u64_div_u64(a, b, d), U64_MAX);
            continue;
        }
        q = (unsigned __int128)a * b / d;
        CHECK_EQ(mul_u64_u64_div_u64(a, b, d), q >> 64 ? U64_MAX : (u64)q);
        q = ((unsigned __int128)a * b + d - 1) / d;
        CHECK_EQ(mul_u64_u64_div_u64_up(a, b, d), q >> 64 ? U64_MAX : (u64)q);
        q = int_sqrt64(a);
        CHECK(q * q <= a && (q + 1) * (q + 1) > a);
    }
    CHECK_EQ(mul_u64_u64_shr(U64_MAX, U64_MAX, 64), U64_MAX - 1);
    CHECK_EQ(div_round_closest_u64(14, 4), 4);
    CHECK_EQ(div_round_closest_u64(13, 4), 3);
    CHECK_EQ(div_round_up_u64(U64_MAX, 2), 1ul << 63);
}

TEST(clock_scaling)
{
    static const u64 rates[] = {1000000,    3579545,    24000000,  62500000,
                                1000000000, 2893202000, 5000000000};

    for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
        u32 mult, shift;
        u64 ns;

        clocks_calc_mult_shift(&mult, &shift, rates[i], 1000000000, 600);
        ns = mul_u64_u32_shr(rates[i] * 600, mult, shift);
        /* Within one part in ten million. */
        CHECK(ns + 60000 > 600000000000 && ns < 600000000000 + 60000);
        CHECK(!(((unsigned __int128)rates[i] * 600 * mult) >> 64));
    }
}

static int by_u32(const void *a, const void *b)
{
    u32 x = *(const u32 *)a, y = *(const u32 *)b;

    return x < y ? -1 : x > y;
}

TEST(sorting)
{
    for (size_t n = 0; n < 300; n++) {
        u32 a[300], b[300], key;

        for (size_t i = 0; i < n; i++)
            a[i] = b[i] = (u32)test_below(n + 5);
        sort(a, n, 4, by_u32);
        qsort(b, n, 4, by_u32);
        CHECK_MEM(a, b, n * 4);
        key = (u32)test_below(n + 5);
        CHECK_EQ(bsearch_array(&key, a, n, 4, by_u32) != NULL,
                 bsearch(&key, a, n, 4, by_u32) != NULL);
    }
}

/* The test vectors of the SipHash paper: key and message 00 01 02 ... */
TEST(siphash_vectors)
{
    struct siphash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
    u8 msg[64];
    u64 w[2];

    for (u8 i = 0; i < 64; i++)
        msg[i] = i;
    CHECK_EQ(siphash(msg, 15, &key), 0xa129ca6149be45e5);
    CHECK_EQ(siphash(msg, 0, &key), 0x726fdb47dd0e0e31);
    CHECK_EQ(siphash(msg, 8, &key), 0x93f5f5799a932462);
    CHECK_EQ(siphash(msg, 63, &key), 0x958a324ceb064572);
    w[0] = get_le64(msg);
    w[1] = get_le64(msg + 8);
    CHECK_EQ(siphash_1u64(w[0], &key), siphash(msg, 8, &key));
    CHECK_EQ(siphash_2u64(w[0], w[1], &key), siphash(msg, 16, &key));
    CHECK(full_name_hash(msg, "a", 1) != full_name_hash(msg + 1, "a", 1));
}

TEST(byte_order)
{
    u8 b[8] = {1, 2, 3, 4, 5, 6, 7, 8};

    CHECK_EQ(get_be32(b + 1), 0x02030405);
    CHECK_EQ(get_le16(b + 1), 0x0302);
    put_be64(b, 0x1122334455667788);
    CHECK_EQ(b[0], 0x11);
    CHECK_EQ(cpu_to_be16(0x1234), 0x3412);
}

TEST(ring_model)
{
    u8 data[64], in = 0, out = 0, buf[100];
    struct ring r;

    ring_init(&r, data, sizeof(data));
    for (unsigned long round = 0; round < test_scale(20000); round++) {
        size_t used = (u8)(in - out), n = test_below(100), got;
        const u8 *span;

        CHECK_EQ(ring_used(&r), used);
        switch (test_below(6)) {
        case 0:
            for (size_t i = 0; i < n; i++)
                buf[i] = (u8)(in + i);
            got = ring_put(&r, buf, n);
            CHECK_EQ(got, min(n, 64 - used));
            in = (u8)(in + got);
            break;
        case 1:
            got = ring_get(&r, buf, n);
            CHECK_EQ(got, min(n, used));
            for (size_t i = 0; i < got; i++)
                CHECK_EQ(buf[i], out++);
            break;
        case 2:
            CHECK_EQ(ring_put_byte(&r, in), used < 64);
            in = (u8)(in + (used < 64));
            break;
        case 3:
            CHECK_EQ(ring_get_byte(&r), used ? out : -1);
            out = (u8)(out + (used > 0));
            break;
        case 4:
            CHECK_EQ(ring_unput_byte(&r), used ? (u8)(in - 1) : -1);
            in = (u8)(in - (used > 0));
            break;
        case 5:
            span = ring_read_span(&r, &got);
            CHECK(got <= used && (got || !used));
            for (size_t i = 0; i < got; i++)
                CHECK(span[i] == (u8)(out + i) && ring_at(&r, i) == span[i]);
            break;
        }
    }
}

static int faults;

static void on_fault(refcount_t *r, enum refcount_fault what)
{
    (void)r;
    (void)what;
    faults++;
}

TEST(refcounts)
{
    refcount_t r = REFCOUNT_INIT(1);

    refcount_report = on_fault;
    refcount_inc(&r);
    CHECK(!refcount_dec_and_test(&r) && refcount_dec_and_test(&r));
    CHECK(!refcount_inc_not_zero(&r) && faults == 0);
    refcount_inc(&r); /* from zero */
    CHECK(faults == 1 && refcount_read(&r) == REFCOUNT_SATURATED);
    CHECK(!refcount_dec_and_test(&r));
    CHECK_EQ(refcount_read(&r), REFCOUNT_SATURATED);
    refcount_set(&r, INT_MAX);
    refcount_inc(&r);
    CHECK_EQ(refcount_read(&r), REFCOUNT_SATURATED);
    refcount_set(&r, INT_MAX);
    CHECK(refcount_inc_not_zero(&r));
    CHECK_EQ(refcount_read(&r), REFCOUNT_SATURATED);
    refcount_set(&r, 0);
    CHECK(!refcount_dec_and_test(&r));
    CHECK_EQ(refcount_read(&r), REFCOUNT_SATURATED);
    refcount_report = NULL;
}
