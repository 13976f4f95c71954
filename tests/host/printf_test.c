// about: formatted printing against the C library's
#include "test.h"

static int (*const libc_snprintf)(char *, size_t, const char *, ...) = snprintf;

#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

static int (*const our_snprintf)(char *, size_t, const char *, ...) = snprintf;

static const s64 numbers[] = {
    0,      1,       -1,      7,       8,       9,
    10,     42,      -128,    255,     256,     65535,
    -65536, INT_MAX, INT_MIN, S64_MAX, S64_MIN, 0x123456789abcdefL};

static void compare_number(const char *fmt, s64 v, bool wide)
{
    char ours[512], libc[512];
    size_t size = test_below(4) ? sizeof(ours) : test_below(20);
    int a, b;

    memset(ours, 'x', sizeof(ours));
    memset(libc, 'x', sizeof(libc));
    if (wide) {
        a = our_snprintf(ours, size, fmt, v);
        b = libc_snprintf(libc, size, fmt, v);
    } else {
        a = our_snprintf(ours, size, fmt, (int)v);
        b = libc_snprintf(libc, size, fmt, (int)v);
    }
    if (a != b || memcmp(ours, libc, sizeof(ours)))
        TEST_FAIL("format \"%s\" of %ld: \"%s\" (%d), not \"%s\" (%d)", fmt, v,
                  size ? ours : "", a, size ? libc : "", b);
}

TEST(numbers_like_libc)
{
    static const char *const lengths[] = {"", "hh", "h", "l", "ll", "z", "j"};
    static const char flags[] = "-+ #0";

    for (unsigned long round = 0; round < test_scale(100000); round++) {
        const char *length = lengths[test_below(ARRAY_SIZE(lengths))];
        char fmt[64] = "a%", *f = fmt + 2;
        u64 pick = test_random();
        s64 v = pick & 1 ? numbers[test_below(ARRAY_SIZE(numbers))]
                         : (s64)(test_random() >> test_below(64));

        for (int i = 0; i < 5; i++)
            if (pick >> (8 + 2 * i) & 1)
                *f++ = flags[i];
        if (pick >> 20 & 1)
            f += libc_snprintf(f, 8, "%d", (int)test_below(30));
        if (pick >> 21 & 1)
            f += libc_snprintf(f, 8, ".%d", (int)test_below(30));
        if (pick >> 22 & 1 && f[-1] == '.')
            f--;
        libc_snprintf(f, 8, "%s%cz", length, "diuxXo"[test_below(6)]);
        compare_number(fmt, v, strpbrk(length, "lzj") != NULL);
    }
}

TEST(strings_like_libc)
{
    static const char *const formats[] = {
        "%s", "%10s|", "%-10s|", "%.3s", "%10.2s|", "%-4.0s|", "%.99s", "%%%s"};

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        char a[64], b[64];

        CHECK_EQ(our_snprintf(a, 64, formats[i], "hello"),
                 libc_snprintf(b, 64, formats[i], "hello"));
        CHECK_STR(a, b);
    }
}

TEST(star_and_char)
{
    char a[64];

    snprintf(a, 64, "%*d|%-*d|%.*d", 5, 1, 5, 2, 3, 3);
    CHECK_STR(a, "    1|2    |003");
    snprintf(a, 64, "%*d|%.*s|%c%5c", -4, 1, -1, "ab", 'x', 'y');
    CHECK_STR(a, "1   |ab|x    y");
    snprintf(a, 64, "%s", (char *)NULL);
    CHECK_STR(a, "(null)");
    /* Not terminated: the precision keeps us inside. */
    snprintf(a, 64, "%.3s", (char[3]){'a', 'b', 'c'});
    CHECK_STR(a, "abc");
}

static int symbol(char *buf, size_t size, const void *addr)
{
    return addr ? snprintf(buf, size, "main+0x%lx/0x40", (u64)addr & 0xff) : 0;
}

TEST(pointers)
{
    char a[64];

    our_snprintf(a, 64, "%p", (void *)0xabcd);
    CHECK_STR(a, "000000000000abcd");
    our_snprintf(a, 64, "%#p.", (void *)0xabcd);
    CHECK_STR(a, "0x000000000000abcd.");
    our_snprintf(a, 64, "%pe %pe", ERR_PTR(-EIO), (void *)1);
    CHECK_STR(a, "EIO 0000000000000001");
    our_snprintf(a, 64, "%pS", (void *)0x10);
    CHECK_STR(a, "0000000000000010");
    printf_symbol = symbol;
    our_snprintf(a, 64, "%pS|%20pS", (void *)0x10, (void *)0x20);
    CHECK_STR(a, "main+0x10/0x40|      main+0x20/0x40");
    our_snprintf(a, 64, "%pS", NULL);
    CHECK_STR(a, "0000000000000000");
    printf_symbol = NULL;
}

TEST(odd_formats)
{
    char a[64];

    CHECK_EQ(our_snprintf(a, 64, "end%"), 3);
    CHECK_STR(a, "end");
    our_snprintf(a, 64, "%y%d", 5);
    CHECK_STR(a, "%y5");
    CHECK_EQ(our_snprintf(a, 64, "%99999999999d", 1), 99999);
    CHECK_EQ(our_snprintf(NULL, 0, "%d", 12345), 5);
    CHECK_EQ(scnprintf(a, 4, "%d", 12345), 3);
    CHECK_STR(a, "123");
    CHECK_EQ(scnprintf(a, 0, "%d", 12345), 0);
}
