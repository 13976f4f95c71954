#include "lib/bitmap.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "lib/string.h"

/* The valid bits of the last word. */
static unsigned long last_mask(size_t nbits)
{
    return ~0UL >> (-nbits & 63);
}

/* Scans words xored with `flip`, so one loop finds ones and zeros. */
static size_t find_next(const unsigned long *map, size_t nbits, size_t from,
                        unsigned long flip)
{
    size_t i = from / 64, words = BITS_TO_LONGS(nbits);
    unsigned long w;

    if (from >= nbits)
        return nbits;
    w = (map[i] ^ flip) & (~0UL << (from % 64));
    while (!w) {
        if (++i == words)
            return nbits;
        w = map[i] ^ flip;
    }
    return min(i * 64 + __ffs(w), nbits);
}

size_t find_next_bit(const unsigned long *map, size_t nbits, size_t from)
{
    return find_next(map, nbits, from, 0);
}

size_t find_next_zero_bit(const unsigned long *map, size_t nbits, size_t from)
{
    return find_next(map, nbits, from, ~0UL);
}

size_t find_last_bit(const unsigned long *map, size_t nbits)
{
    size_t i = BITS_TO_LONGS(nbits);
    unsigned long mask = last_mask(nbits);

    while (i--) {
        if (map[i] & mask)
            return i * 64 + __fls(map[i] & mask);
        mask = ~0UL;
    }
    return nbits;
}

size_t bitmap_find_zero_area(const unsigned long *map, size_t nbits,
                             size_t from, size_t n, size_t align)
{
    for (;;) {
        size_t start = round_up(find_next_zero_bit(map, nbits, from), align);
        size_t used;

        if (start >= nbits || n > nbits - start)
            return nbits;
        used = find_next_bit(map, start + n, start);
        if (used >= start + n)
            return start;
        from = used + 1;
    }
}

/* Calls for each word of [from, from + n) with the bits of it inside. */
#define FOR_RANGE(map, from, n, w, mask)                                 \
    for (size_t __pos = (from), __end = (from) + (n); __pos < __end;     \
         __pos = (__pos | 63) + 1)                                       \
        for (unsigned long *                                             \
                 w = &(map)[__pos / 64],                                 \
                mask = (~0UL << (__pos % 64)) &                          \
                       ((__pos | 63) < __end ? ~0UL : last_mask(__end)); \
             w; w = NULL)

void bitmap_set(unsigned long *map, size_t from, size_t n)
{
    FOR_RANGE(map, from, n, w, mask)
    *w |= mask;
}

void bitmap_clear(unsigned long *map, size_t from, size_t n)
{
    FOR_RANGE(map, from, n, w, mask)
    *w &= ~mask;
}

void bitmap_zero(unsigned long *map, size_t nbits)
{
    memset(map, 0, BITS_TO_LONGS(nbits) * 8);
}

bool bitmap_and(unsigned long *dst, const unsigned long *a,
                const unsigned long *b, size_t nbits)
{
    for (size_t i = 0; i < BITS_TO_LONGS(nbits); i++)
        dst[i] = a[i] & b[i];
    return !bitmap_empty(dst, nbits);
}

bool bitmap_andnot(unsigned long *dst, const unsigned long *a,
                   const unsigned long *b, size_t nbits)
{
    for (size_t i = 0; i < BITS_TO_LONGS(nbits); i++)
        dst[i] = a[i] & ~b[i];
    return !bitmap_empty(dst, nbits);
}

void bitmap_or(unsigned long *dst, const unsigned long *a,
               const unsigned long *b, size_t nbits)
{
    for (size_t i = 0; i < BITS_TO_LONGS(nbits); i++)
        dst[i] = a[i] | b[i];
}

bool bitmap_empty(const unsigned long *map, size_t nbits)
{
    return find_first_bit(map, nbits) == nbits;
}

bool bitmap_full(const unsigned long *map, size_t nbits)
{
    return find_first_zero_bit(map, nbits) == nbits;
}

/* True if some valid bit of a op b is set. */
#define ANY(expr, nbits)                                                     \
    ({                                                                       \
        bool __any = false;                                                  \
        for (size_t i = 0; i < BITS_TO_LONGS(nbits); i++)                    \
            if ((expr) & (i * 64 + 64 <= (nbits) ? ~0UL : last_mask(nbits))) \
                __any = true;                                                \
        __any;                                                               \
    })

bool bitmap_equal(const unsigned long *a, const unsigned long *b, size_t nbits)
{
    return !ANY(a[i] ^ b[i], nbits);
}

bool bitmap_intersects(const unsigned long *a, const unsigned long *b,
                       size_t nbits)
{
    return ANY(a[i] & b[i], nbits);
}

bool bitmap_subset(const unsigned long *a, const unsigned long *of,
                   size_t nbits)
{
    return !ANY(a[i] & ~of[i], nbits);
}

size_t bitmap_weight(const unsigned long *map, size_t nbits)
{
    size_t n = 0, i;

    for (i = 0; i < nbits / 64; i++)
        n += hweight64(map[i]);
    if (nbits % 64)
        n += hweight64(map[i] & last_mask(nbits));
    return n;
}

size_t bitmap_print_list(char *buf, size_t size, const unsigned long *map,
                         size_t nbits)
{
    size_t at = 0, start, end;

    if (size)
        buf[0] = '\0';
    for (start = find_first_bit(map, nbits); start < nbits && at < size;
         start = find_next_bit(map, nbits, end)) {
        end = find_next_zero_bit(map, nbits, start);
        at += (size_t)scnprintf(buf + at, size - at, "%s%zu", at ? "," : "",
                                start);
        if (end - start > 1)
            at += (size_t)scnprintf(buf + at, size - at, "-%zu", end - 1);
    }
    return at;
}

int bitmap_parse_list(const char *s, unsigned long *map, size_t nbits)
{
    u64 first, last;

    bitmap_zero(map, nbits);
    s = skip_spaces(s);
    while (*s) {
        if (parse_u64(s, &s, 10, &first))
            return -EINVAL;
        last = first;
        if (*s == '-' && parse_u64(s + 1, &s, 10, &last))
            return -EINVAL;
        if (last < first)
            return -EINVAL;
        if (last >= nbits)
            return -ERANGE;
        bitmap_set(map, first, last - first + 1);
        if (*s == ',')
            s++;
        else if (*(s = skip_spaces(s)))
            return -EINVAL;
    }
    return 0;
}
