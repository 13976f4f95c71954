// about: string and memory functions against the C library's
#include "test.h"

/* The C library's, before the names mean the kernel's. */
static int (*const libc_memcmp)(const void *, const void *, size_t) = memcmp;
static size_t (*const libc_strlen)(const char *) = strlen;
static int (*const libc_strcmp)(const char *, const char *) = strcmp;
static char *(*const libc_strstr)(const char *, const char *) = strstr;
static size_t (*const libc_strspn)(const char *, const char *) = strspn;
static size_t (*const libc_strcspn)(const char *, const char *) = strcspn;

#include "lib/errno.h"
#include "lib/string.h"

static int sign(int v)
{
    return (v > 0) - (v < 0);
}

TEST(memcpy_set_every_alignment)
{
    u8 src[256], dst[256], want[256];

    for (size_t i = 0; i < sizeof(src); i++)
        src[i] = (u8)test_random();
    for (size_t from = 0; from < 16; from++) {
        for (size_t to = 0; to < 16; to++) {
            for (size_t n = 0; n < 200; n += 1 + n / 40) {
                for (size_t i = 0; i < 256; i++)
                    dst[i] = want[i] = (u8)(i ^ 0x5a);
                for (size_t i = 0; i < n; i++)
                    want[to + i] = src[from + i];
                CHECK(memcpy(dst + to, src + from, n) == dst + to);
                CHECK(libc_memcmp(dst, want, 256) == 0);
                for (size_t i = 0; i < n; i++)
                    want[to + i] = 0xc3;
                CHECK(memset(dst + to, 0x1c3, n) == dst + to);
                CHECK(libc_memcmp(dst, want, 256) == 0);
            }
        }
    }
}

TEST(memmove_overlaps)
{
    for (unsigned long round = 0; round < test_scale(20000); round++) {
        u8 a[128], want[128], copy[128];
        size_t n = test_below(100), from = test_below(28), to = test_below(28);

        for (size_t i = 0; i < 128; i++)
            a[i] = want[i] = copy[i] = (u8)test_random();
        for (size_t i = 0; i < n; i++)
            want[to + i] = copy[from + i];
        memmove(a + to, a + from, n);
        CHECK(libc_memcmp(a, want, 128) == 0);
    }
}

TEST(comparing)
{
    for (unsigned long round = 0; round < test_scale(50000); round++) {
        char a[33], b[33];
        size_t n = test_below(32), m = test_below(32);

        for (size_t i = 0; i < 32; i++)
            a[i] = b[i] = (char)('a' + test_below(3));
        if (test_below(2))
            b[test_below(32)] = (char)test_random();
        CHECK_EQ(sign(memcmp(a, b, 32)), sign(libc_memcmp(a, b, 32)));
        CHECK_EQ(crypto_memneq(a, b, 32) != 0, libc_memcmp(a, b, 32) != 0);
        a[n] = 0;
        b[m] = 0;
        CHECK_EQ(strlen(a), libc_strlen(a));
        CHECK_EQ(sign(strcmp(a, b)), sign(libc_strcmp(a, b)));
        CHECK(strstr(a, b) == libc_strstr(a, b));
        b[min(m, 3ul)] = 0;
        CHECK(strstr(a, b) == libc_strstr(a, b));
        CHECK_EQ(strspn(a, b), libc_strspn(a, b));
        CHECK_EQ(strcspn(a, b), libc_strcspn(a, b));
    }
}

TEST(searching)
{
    char s[] = "/usr/bin/env";

    CHECK(strchr(s, '/') == s && strrchr(s, '/') == s + 8);
    CHECK(strchr(s, 'q') == NULL && strrchr(s, 'q') == NULL);
    CHECK(strchr(s, 0) == s + 12 && strrchr(s, 0) == s + 12);
    CHECK(strchrnul(s, 'q') == s + 12);
    CHECK(strnchr(s, 4, '/') == s && strnchr(s + 1, 3, '/') == NULL);
    CHECK(strpbrk(s, "xb") == s + 5 && strpbrk(s, "Q") == NULL);
    CHECK(memchr(s, 'e', 13) == s + 9 && memchr(s, 'e', 9) == NULL);
    CHECK(memchr_inv("aaaaaaaaaaab", 'a', 11) == NULL);
    CHECK_EQ(*(char *)memchr_inv("aaaaaaaaaaab", 'a', 12), 'b');
    CHECK(strncmp("abc", "abd", 2) == 0 && strncmp("abc", "abd", 3) < 0);
    CHECK(strcasecmp("HeLLo", "hEllO") == 0 && strcasecmp("a", "B") < 0);
    CHECK(strncasecmp("HELP", "helm", 3) == 0);
    CHECK(strstarts("console=x", "console=") && !strstarts("con", "cons"));
    CHECK(str_eq_n("abc", "abcd", 3) && !str_eq_n("abc", "abcd", 4) &&
          str_eq_n("abc", "abc\0xyz", 7));
}

TEST(copying)
{
    char b[8];

    CHECK_EQ(strscpy(b, "hello", 8), 5);
    CHECK_STR(b, "hello");
    CHECK_EQ(strscpy(b, "12345678", 8), -E2BIG);
    CHECK_STR(b, "1234567");
    CHECK_EQ(strscpy(b, "x", 0), -E2BIG);
    CHECK_EQ(strscpy(b, "x", 1), -E2BIG);
    CHECK_STR(b, "");
    CHECK_EQ(strlcpy(b, "0123456789", 8), 10);
    CHECK_STR(b, "0123456");
    CHECK_EQ(strlcpy(b, "abc", 8), 3);
    CHECK_EQ(strlcat(b, "defgh", 8), 8);
    CHECK_STR(b, "abcdefg");
}

TEST(fields)
{
    char line[] = "a,,b;c", blank[] = "  two words \n", *p = line;

    CHECK_STR(strsep(&p, ",;"), "a");
    CHECK_STR(strsep(&p, ",;"), "");
    CHECK_STR(strsep(&p, ",;"), "b");
    CHECK_STR(strsep(&p, ",;"), "c");
    CHECK(p == NULL && strsep(&p, ",;") == NULL);
    CHECK_STR(strstrip(blank), "two words");
}

TEST(errors)
{
    CHECK(IS_ERR(ERR_PTR(-ENOENT)) && IS_ERR(ERR_PTR(-MAX_ERRNO)));
    CHECK(!IS_ERR(NULL) && !IS_ERR(ERR_PTR(-MAX_ERRNO - 1)));
    CHECK_EQ(PTR_ERR(ERR_PTR(-EIO)), -EIO);
    CHECK_STR(errno_name(-ENOENT), "ENOENT");
    CHECK_STR(errno_name(EHWPOISON), "EHWPOISON");
    CHECK(errno_name(0) == NULL && errno_name(100000) == NULL);
}

TEST(macros)
{
    int a = 3, b = 5;
    size_t n = 7;
    u8 small = 200;

    CHECK_EQ(min(a, b), 3);
    CHECK_EQ(max(min(a, b), max(1, 2)), 3);
    CHECK_EQ(min(n, 4), 4);
    CHECK_EQ(clamp(a, 4, 10), 4);
    CHECK_EQ(min_t(u32, -1, 5), 5);
    CHECK_EQ(max(small, 100), 200);
    swap(a, b);
    CHECK(a == 5 && b == 3);
    CHECK_EQ(round_up(4097ul, 4096), 8192);
    CHECK_EQ(round_up(0x1fffffffful, 4096), 0x200000000);
    CHECK_EQ(round_down(0x1fffffffful, 4096), 0x1fffff000);
    CHECK(IS_ALIGNED(8192ul, 4096) && !IS_ALIGNED(8193ul, 4096));
    CHECK_EQ(DIV_ROUND_UP(10, 4), 3);
    CHECK_EQ(GENMASK(11, 4), 0xff0);
    CHECK_EQ(GENMASK(63, 0), ~0ul);
}
