#include "lib/sort.h"

static void swap_elements(u8 *a, u8 *b, size_t size)
{
    for (; size >= 8; size -= 8, a += 8, b += 8) {
        u64 t, v;

        __builtin_memcpy(&t, a, 8);
        __builtin_memcpy(&v, b, 8);
        __builtin_memcpy(a, &v, 8);
        __builtin_memcpy(b, &t, 8);
    }
    for (; size; size--, a++, b++)
        swap(*a, *b);
}

static void sift_down(u8 *base, size_t root, size_t n, size_t size,
                      sort_cmp_fn cmp)
{
    for (;;) {
        size_t child = root * 2 + 1;

        if (child >= n)
            return;
        if (child + 1 < n &&
            cmp(base + child * size, base + (child + 1) * size) < 0)
            child++;
        if (cmp(base + root * size, base + child * size) >= 0)
            return;
        swap_elements(base + root * size, base + child * size, size);
        root = child;
    }
}

void sort(void *base, size_t n, size_t size, sort_cmp_fn cmp)
{
    u8 *b = base;

    for (size_t i = n / 2; i-- > 0;)
        sift_down(b, i, n, size, cmp);
    while (n > 1) {
        n--;
        swap_elements(b, b + n * size, size);
        sift_down(b, 0, n, size, cmp);
    }
}

void *bsearch_array(const void *key, const void *base, size_t n, size_t size,
                    sort_cmp_fn cmp)
{
    const u8 *b = base;

    while (n) {
        const u8 *mid = b + n / 2 * size;
        int d = cmp(key, mid);

        if (d == 0)
            return (void *)mid;
        if (d > 0) {
            b = mid + size;
            n -= n / 2 + 1;
        } else {
            n /= 2;
        }
    }
    return NULL;
}
