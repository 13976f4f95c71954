#include "lib/math64.h"

static u64 mul_div(u64 a, u64 b, u64 d, u64 *rem)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    u64 hi = (u64)(product >> 64), lo = (u64)product;
    u64 q = 0;

    *rem = 0;
    if (hi == 0 && d) {
        *rem = lo % d;
        return lo / d;
    }
    if (hi >= d)
        return U64_MAX;
    /* One bit of the quotient at a time; hi < d throughout. */
    for (int i = 0; i < 64; i++) {
        bool carry = hi >> 63;

        hi = (hi << 1) | (lo >> 63);
        lo <<= 1;
        q <<= 1;
        if (carry || hi >= d) {
            hi -= d;
            q |= 1;
        }
    }
    *rem = hi;
    return q;
}

u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 d)
{
    u64 rem;

    return mul_div(a, b, d, &rem);
}

u64 mul_u64_u64_div_u64_up(u64 a, u64 b, u64 d)
{
    u64 rem, q = mul_div(a, b, d, &rem);

    return q + (rem != 0 && q != U64_MAX);
}

void clocks_calc_mult_shift(u32 *mult, u32 *shift, u64 from, u64 to,
                            u64 max_seconds)
{
    u64 max_count = mul_u64_u64_div_u64(max_seconds, from, 1);
    unsigned int mult_bits = min(64U - fls64(max_count), 32U);
    u64 m = 0;
    u32 sh;

    for (sh = 32; sh > 0; sh--) {
        m = mul_u64_u64_div_u64(to, 1UL << sh, from);
        if (fls64(m) <= mult_bits)
            break;
    }
    if (sh == 0)
        m = to / from;
    *mult = (u32)min(m, (u64)U32_MAX);
    *shift = sh;
}

u64 int_sqrt64(u64 v)
{
    u64 root = 0;

    for (u64 bit = 1UL << 62; bit; bit >>= 2) {
        if (v >= root + bit) {
            v -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return root;
}
