/*
 * Arrays of bits. Sizes and positions are in bits; the array has
 * BITS_TO_LONGS(nbits) words, and bits of the last word beyond nbits may be
 * anything. Nothing here is atomic: the owner's lock guards it (single atomic
 * bits: lib/bitops.h).
 */
#pragma once

#include "lib/bitops.h"

#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

/* The first set (zero) bit at or after `from`; nbits if there is none. */
size_t find_next_bit(const unsigned long *map, size_t nbits, size_t from);
size_t find_next_zero_bit(const unsigned long *map, size_t nbits, size_t from);
/* The last set bit below nbits; nbits if there is none. */
size_t find_last_bit(const unsigned long *map, size_t nbits);

static inline size_t find_first_bit(const unsigned long *map, size_t nbits)
{
    return find_next_bit(map, nbits, 0);
}

static inline size_t find_first_zero_bit(const unsigned long *map, size_t nbits)
{
    return find_next_zero_bit(map, nbits, 0);
}

/*
 * The start of the first run of n zero bits at or after `from`, at a multiple
 * of align (a power of two); nbits if there is none.
 */
size_t bitmap_find_zero_area(const unsigned long *map, size_t nbits,
                             size_t from, size_t n, size_t align);

/* Bits [from, from + n). */
void bitmap_set(unsigned long *map, size_t from, size_t n);
void bitmap_clear(unsigned long *map, size_t from, size_t n);

void bitmap_zero(unsigned long *map, size_t nbits);
/* dst = a op b; the ones that return bool say whether dst has any bit. */
bool bitmap_and(unsigned long *dst, const unsigned long *a,
                const unsigned long *b, size_t nbits);
bool bitmap_andnot(unsigned long *dst, const unsigned long *a,
                   const unsigned long *b, size_t nbits);
void bitmap_or(unsigned long *dst, const unsigned long *a,
               const unsigned long *b, size_t nbits);

bool bitmap_empty(const unsigned long *map, size_t nbits);
bool bitmap_full(const unsigned long *map, size_t nbits);
bool bitmap_equal(const unsigned long *a, const unsigned long *b, size_t nbits);
bool bitmap_intersects(const unsigned long *a, const unsigned long *b,
                       size_t nbits);
bool bitmap_subset(const unsigned long *a, const unsigned long *of,
                   size_t nbits);
size_t bitmap_weight(const unsigned long *map, size_t nbits);

/*
 * "0-3,8,10-11": into buf (at most size bytes with the NUL; returns its
 * length), and from text (-EINVAL, or -ERANGE for a bit >= nbits).
 */
size_t bitmap_print_list(char *buf, size_t size, const unsigned long *map,
                         size_t nbits);
int bitmap_parse_list(const char *s, unsigned long *map, size_t nbits);

#define bitmap_for_each_set(bit, map, nbits)                  \
    for ((bit) = find_first_bit(map, nbits); (bit) < (nbits); \
         (bit) = find_next_bit(map, nbits, (bit) + 1))
#define for_each_set_bit bitmap_for_each_set
