// about: numbers, sizes and command lines from text
#include "test.h"

#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/string.h"

TEST(numbers)
{
    u64 u = 99;
    s64 s;
    u32 w;
    int i;

    CHECK(!kstrtou64("123", 10, &u) && u == 123);
    CHECK(!kstrtou64("0x1fF\n", 0, &u) && u == 0x1ff);
    CHECK(!kstrtou64("0755", 0, &u) && u == 0755);
    CHECK(!kstrtou64("ff", 16, &u) && u == 0xff);
    CHECK(!kstrtou64("0xff", 16, &u) && u == 0xff);
    CHECK(!kstrtou64("18446744073709551615", 0, &u) && u == U64_MAX);
    u = 99;
    CHECK_EQ(kstrtou64("18446744073709551616", 0, &u), -ERANGE);
    CHECK_EQ(kstrtou64("99999999999999999999999", 0, &u), -ERANGE);
    CHECK_EQ(kstrtou64("", 0, &u), -EINVAL);
    CHECK_EQ(kstrtou64("0x", 0, &u), -EINVAL);
    CHECK_EQ(kstrtou64("12a", 0, &u), -EINVAL);
    CHECK_EQ(kstrtou64("08", 0, &u), -EINVAL);
    CHECK_EQ(kstrtou64("-1", 0, &u), -EINVAL);
    CHECK_EQ(kstrtou64("1\n\n", 0, &u), -EINVAL);
    CHECK_EQ(kstrtou64(" 1", 0, &u), -EINVAL);
    CHECK_EQ(u, 99);
    CHECK(!kstrtos64("-9223372036854775808", 10, &s) && s == S64_MIN);
    CHECK_EQ(kstrtos64("-9223372036854775809", 10, &s), -ERANGE);
    CHECK_EQ(kstrtos64("9223372036854775808", 10, &s), -ERANGE);
    CHECK_EQ(kstrtos64("-+1", 10, &s), -EINVAL);
    CHECK(!kstrtou32("4294967295", 10, &w) && w == U32_MAX);
    CHECK_EQ(kstrtou32("4294967296", 10, &w), -ERANGE);
    CHECK(!kstrtoint("-2147483648", 10, &i) && i == INT_MIN);
    CHECK_EQ(kstrtoint("2147483648", 10, &i), -ERANGE);
}

TEST(booleans)
{
    bool b = false;

    CHECK(!kstrtobool("on", &b) && b);
    CHECK(!kstrtobool("Off", &b) && !b);
    CHECK(!kstrtobool("yes", &b) && b);
    CHECK(!kstrtobool("0", &b) && !b);
    CHECK_EQ(kstrtobool("maybe", &b), -EINVAL);
    CHECK_EQ(kstrtobool("", &b), -EINVAL);
}

TEST(sizes)
{
    const char *end;

    CHECK_EQ(memparse("64M", &end), 64 << 20);
    CHECK_EQ(memparse("2g@4", &end), 2ul << 30);
    CHECK_STR(end, "@4");
    CHECK_EQ(memparse("0x10k", &end), 0x4000);
    CHECK_EQ(memparse("99999999999999E", &end), U64_MAX);
    CHECK_EQ(memparse("k", &end), 0);
    CHECK_STR(end, "k");
    CHECK_EQ(memparse("7", NULL), 7);
}

TEST(command_line)
{
    char line[] = "  console=ttyS0,115200 quiet init=\"/bin/my init\" "
                  "\"a b=c d\" x= =y  rw  ";
    static const char *const want[][2] = {{"console", "ttyS0,115200"},
                                          {"quiet", NULL},
                                          {"init", "/bin/my init"},
                                          {"a b", "c d"},
                                          {"x", ""},
                                          {"", "y"},
                                          {"rw", NULL}};
    char *p = line, *param, *value;
    char open[] = "x=\"never closed", lone[] = "\"", empty[] = "";

    for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
        p = next_arg(p, &param, &value);
        CHECK_STR(param, want[i][0]);
        CHECK_EQ(value == NULL, want[i][1] == NULL);
        if (value)
            CHECK_STR(value, want[i][1]);
    }
    CHECK_STR(p, "");
    next_arg(open, &param, &value);
    CHECK_STR(value, "never closed");
    next_arg(lone, &param, &value);
    CHECK_STR(param, "");
    next_arg(empty, &param, &value);
    CHECK_STR(param, "");
    CHECK(!value);
}

TEST(command_line_garbage)
{
    for (unsigned long round = 0; round < test_scale(100000); round++) {
        size_t n = test_below(24);
        char *line = malloc(n + 1), *p = line, *param, *value;

        for (size_t i = 0; i < n; i++)
            line[i] = "ab\"= \n"[test_below(6)];
        line[n] = 0;
        while (*p)
            p = next_arg(p, &param, &value);
        CHECK(p <= line + n);
        free(line);
    }
}

TEST(number_list)
{
    const char *s = "115200,0x10,7n8";
    u64 v;

    CHECK(!parse_next_u64(&s, 0, &v) && v == 115200);
    CHECK(!parse_next_u64(&s, 0, &v) && v == 16);
    CHECK(!parse_next_u64(&s, 0, &v) && v == 7);
    CHECK_STR(s, "n8");
    CHECK_EQ(parse_next_u64(&s, 0, &v), -EINVAL);
}
