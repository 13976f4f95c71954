/*
 * Host tests: TEST(name) { ... } defines one and registers it; the program
 * runs them all, or those whose name contains argv[1], prints TAP, and exits
 * with 1 if any failed. A failed CHECK prints where and what, and ends its
 * test.
 *
 * Randomised tests take numbers from test_random(), which starts anew for each
 * test from TEST_SEED of the environment (default 1), and scale their work by
 * TEST_SCALE (default 1).
 */
#pragma once

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
    const char *name;
    void (*fn)(void);
    struct test *next;
};

static struct test *test_list, **test_tail = &test_list;
static jmp_buf test_abort;
static uint64_t test_seed;

#define TEST(id)                                                      \
    static void test_##id(void);                                      \
    static struct test test_entry_##id = {#id, test_##id, NULL};      \
    __attribute__((constructor)) static void test_register_##id(void) \
    {                                                                 \
        *test_tail = &test_entry_##id;                                \
        test_tail = &test_entry_##id.next;                            \
    }                                                                 \
    static void test_##id(void)

#define TEST_FAIL(...)                           \
    do {                                         \
        printf("# %s:%d: ", __FILE__, __LINE__); \
        printf(__VA_ARGS__);                     \
        printf("\n");                            \
        longjmp(test_abort, 1);                  \
    } while (0)

#define CHECK(cond)                           \
    do {                                      \
        if (!(cond))                          \
            TEST_FAIL("not true: %s", #cond); \
    } while (0)

#define CHECK_EQ(a, b)                                                   \
    do {                                                                 \
        long long check_a = (long long)(a), check_b = (long long)(b);    \
        if (check_a != check_b)                                          \
            TEST_FAIL("%s is %lld (0x%llx), not %s = %lld (0x%llx)", #a, \
                      check_a, check_a, #b, check_b, check_b);           \
    } while (0)

#define CHECK_STR(a, b)                                                  \
    do {                                                                 \
        const char *check_a = (a), *check_b = (b);                       \
        if ((strcmp)(check_a, check_b) != 0)                             \
            TEST_FAIL("%s is \"%s\", not \"%s\"", #a, check_a, check_b); \
    } while (0)

#define CHECK_MEM(a, b, n)                         \
    do {                                           \
        if ((memcmp)(a, b, n) != 0)                \
            TEST_FAIL("%s and %s differ", #a, #b); \
    } while (0)

/* splitmix64 */
__attribute__((unused)) static uint64_t test_random(void)
{
    uint64_t z = (test_seed += 0x9e3779b97f4a7c15ULL);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

/* 0 to n - 1 */
__attribute__((unused)) static uint64_t test_below(uint64_t n)
{
    return test_random() % n;
}

/* A file below tests/host: malloc'ed, exactly as long as it is. */
__attribute__((unused)) static uint8_t *test_read_file(const char *dir,
                                                       const char *name,
                                                       size_t *size)
{
    char path[512];
    uint8_t *data;
    FILE *f;

    (snprintf)(path, sizeof(path), "%s/tests/host/%s%s", TEST_TREE, dir, name);
    f = fopen(path, "r");
    if (!f)
        TEST_FAIL("cannot open %s", path);
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    data = malloc(*size + !*size);
    if (fread(data, 1, *size, f) != *size)
        TEST_FAIL("cannot read %s", path);
    fclose(f);
    return data;
}

__attribute__((unused)) static unsigned long test_scale(unsigned long n)
{
    const char *s = getenv("TEST_SCALE");

    return s ? n * strtoul(s, NULL, 0) : n;
}

int main(int argc, char **argv)
{
    const char *seed = getenv("TEST_SEED");
    volatile int n = 0, failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (struct test *volatile t = test_list; t; t = t->next) {
        if (argc > 1 && !(strstr)(t->name, argv[1]))
            continue;
        n++;
        test_seed = seed ? strtoull(seed, NULL, 0) : 1;
        if (setjmp(test_abort) == 0) {
            t->fn();
            printf("ok %d - %s\n", n, t->name);
        } else {
            failed++;
            printf("not ok %d - %s\n", n, t->name);
        }
    }
    printf("1..%d\n", n);
    return failed != 0;
}
