// about: bitmaps against arrays of bool
#include "test.h"

#include "lib/bitmap.h"
#include "lib/errno.h"
#include "lib/string.h"

#define N 333

static unsigned long map[BITS_TO_LONGS(N)];
static bool model[N];

static size_t model_next(size_t nbits, size_t from, bool what)
{
    while (from < nbits && model[from] != what)
        from++;
    return min(from, nbits);
}

static size_t model_area(size_t nbits, size_t from, size_t n, size_t align)
{
    for (size_t i = round_up(from, align); i + n <= nbits; i += align)
        if (model_next(i + n, i, true) == i + n)
            return i;
    return nbits;
}

TEST(model)
{
    memset(map, 0, sizeof(map));
    memset(model, 0, sizeof(model));
    for (unsigned long round = 0; round < test_scale(20000); round++) {
        size_t from = test_below(N), n = test_below(N - from + 1) / 3;
        size_t nbits = 1 + test_below(N), weight = 0, last = nbits;
        bool v = test_below(2);

        (v ? bitmap_set : bitmap_clear)(map, from, n);
        for (size_t i = 0; i < n; i++)
            model[from + i] = v;
        from = test_below(nbits);
        CHECK_EQ(find_next_bit(map, nbits, from),
                 model_next(nbits, from, true));
        CHECK_EQ(find_next_zero_bit(map, nbits, from),
                 model_next(nbits, from, false));
        n = 1 + test_below(20);
        CHECK_EQ(bitmap_find_zero_area(map, nbits, from, n, 8),
                 model_area(nbits, from, n, 8));
        CHECK_EQ(bitmap_find_zero_area(map, nbits, from, n, 1),
                 model_area(nbits, from, n, 1));
        for (size_t i = 0; i < nbits; i++) {
            weight += model[i];
            last = model[i] ? i : last;
            CHECK_EQ(test_bit(i, map), model[i]);
        }
        CHECK_EQ(bitmap_weight(map, nbits), weight);
        CHECK_EQ(find_last_bit(map, nbits), last);
        CHECK_EQ(bitmap_empty(map, nbits), weight == 0);
        CHECK_EQ(bitmap_full(map, nbits), weight == nbits);
    }
}

TEST(sets)
{
    for (unsigned long round = 0; round < test_scale(5000); round++) {
        unsigned long a[4], b[4], c[4];
        size_t n = 1 + test_below(256);
        bool equal = true, meet = false, inside = true;

        for (int i = 0; i < 4; i++) {
            a[i] = test_random() & test_random() & test_random();
            b[i] = test_below(2) ? a[i] : a[i] | test_random();
        }
        for (size_t i = 0; i < n; i++) {
            bool x = test_bit(i, a), y = test_bit(i, b);

            equal &= x == y;
            meet |= x && y;
            inside &= !x || y;
        }
        CHECK_EQ(bitmap_equal(a, b, n), equal);
        CHECK_EQ(bitmap_intersects(a, b, n), meet);
        CHECK_EQ(bitmap_subset(a, b, n), inside);
        CHECK_EQ(bitmap_and(c, a, b, n), meet);
        CHECK_EQ(bitmap_andnot(c, a, b, n), !inside);
        bitmap_or(c, a, b, n);
        CHECK(bitmap_subset(a, c, n) && bitmap_subset(b, c, n));
    }
}

TEST(lists)
{
    DECLARE_BITMAP(m, 100);
    char buf[64];

    CHECK_EQ(bitmap_parse_list("0-3,8,10-11\n", m, 100), 0);
    CHECK_EQ(bitmap_print_list(buf, sizeof(buf), m, 100), 11);
    CHECK_STR(buf, "0-3,8,10-11");
    CHECK_EQ(bitmap_print_list(buf, 6, m, 100), 5);
    CHECK_STR(buf, "0-3,8");
    CHECK_EQ(bitmap_parse_list("", m, 100), 0);
    CHECK_EQ(bitmap_print_list(buf, sizeof(buf), m, 100), 0);
    CHECK_STR(buf, "");
    CHECK_EQ(bitmap_parse_list("99", m, 100), 0);
    CHECK_EQ(bitmap_parse_list("100", m, 100), -ERANGE);
    CHECK_EQ(bitmap_parse_list("3-1", m, 100), -EINVAL);
    CHECK_EQ(bitmap_parse_list("a", m, 100), -EINVAL);
    CHECK_EQ(bitmap_parse_list("1 2", m, 100), -EINVAL);
    CHECK_EQ(bitmap_parse_list("5-", m, 100), -EINVAL);
}

TEST(words)
{
    for (int i = 0; i < 64; i++) {
        CHECK_EQ(__ffs(BIT(i)), i);
        CHECK_EQ(__fls(BIT(i) | 1), i);
        CHECK_EQ(fls64(BIT(i)), i + 1);
        CHECK_EQ(roundup_pow_of_two(BIT(i)), BIT(i));
    }
    CHECK(fls64(0) == 0 && ffs64(0) == 0);
    CHECK_EQ(roundup_pow_of_two(5), 8);
    CHECK_EQ(rounddown_pow_of_two(5), 4);
    CHECK(is_power_of_2(64) && !is_power_of_2(0) && !is_power_of_2(6));
    for (int i = 0; i < 1000; i++) {
        u64 v = test_random();

        CHECK_EQ(hweight64(v), __builtin_popcountl(v));
    }
    CHECK_EQ(rol64(1, 0), 1);
    CHECK_EQ(rol32(0x80000001, 1), 3);
}
