/*
 * 128-bit intermediate results: scaling clocks and ratios without overflow.
 * Division of 128 by 64 bits is done by hand, since the compiler's own needs
 * its run-time library.
 */
#pragma once

#include "lib/bitops.h"

/* (a * mul) >> shift, shift <= 64 */
static inline u64 mul_u64_u64_shr(u64 a, u64 mul, unsigned int shift)
{
    return (u64)(((unsigned __int128)a * mul) >> shift);
}

/* (a * mul) >> shift, shift <= 64: the clock's conversion. */
static inline u64 mul_u64_u32_shr(u64 a, u32 mul, unsigned int shift)
{
    return mul_u64_u64_shr(a, mul, shift);
}

/* a * b / d, rounded down; U64_MAX if that does not fit or d is 0. */
u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 d);

/* The same rounded up. */
u64 mul_u64_u64_div_u64_up(u64 a, u64 b, u64 d);
/* a * b / d, to zero; the result has to fit. */
static inline s64 mul_s64_u64_div_u64(s64 a, u64 b, u64 d)
{
    u64 n = mul_u64_u64_div_u64(a < 0 ? -(u64)a : (u64)a, b, d);

    return a < 0 ? -(s64)n : (s64)n;
}

static inline u64 div_round_up_u64(u64 a, u64 d)
{
    return a / d + (a % d != 0);
}

static inline u64 div_round_closest_u64(u64 a, u64 d)
{
    return a / d + (a % d > (d - 1) / 2);
}

/*
 * The multiplier and shift that turn counts of `from` Hz into counts of `to`
 * Hz: count * mult >> shift, with the largest mult for which max_seconds of
 * counts do not overflow 64 bits.
 */
void clocks_calc_mult_shift(u32 *mult, u32 *shift, u64 from, u64 to,
                            u64 max_seconds);

/* The integer square root, rounded down. */
u64 int_sqrt64(u64 v);
