#include "lib/inflate.h"
#include "lib/byteorder.h"
#include "lib/crc32.h"
#include "lib/errno.h"
#include "lib/string.h"

/*
 * A table entry: bits 0-7 how many bits of the input it takes, 8-11 how many
 * extra bits follow (or how many index a subtable), 12-15 what it is, 16-31 a
 * literal, a base length or distance, or the start of a subtable.
 */
#define LITERAL  0x1000u
#define END      0x2000u
#define SUBTABLE 0x4000u
#define INVALID  0x8000u

#define LIT_BITS  10
#define DIST_BITS 8
#define MAX_BITS  15
#define MAX_MATCH 258

enum code_kind {
    CODE_LENGTHS,
    LITERALS,
    DISTANCES
};

static const u16 length_base[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                    15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                    67, 83, 99, 115, 131, 163, 195, 227, 258};
static const u8 length_extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                    2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const u16 dist_base[30] = {
    1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
    33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
    1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
static const u8 dist_extra[30] = {0, 0, 0,  0,  1,  1,  2,  2,  3,  3,
                                  4, 4, 5,  5,  6,  6,  7,  7,  8,  8,
                                  9, 9, 10, 10, 11, 11, 12, 12, 13, 13};

static u32 symbol_entry(enum code_kind kind, unsigned int sym)
{
    if (kind == CODE_LENGTHS)
        return LITERAL | sym << 16;
    if (kind == DISTANCES)
        return sym < 30 ? (u32)dist_extra[sym] << 8 | (u32)dist_base[sym] << 16
                        : INVALID;
    if (sym < 256)
        return LITERAL | sym << 16;
    if (sym == 256)
        return END;
    sym -= 257;
    return sym < 29 ? (u32)length_extra[sym] << 8 | (u32)length_base[sym] << 16
                    : INVALID;
}

/* The next code of `len` bits, with the bits in the order they arrive. */
static unsigned int next_code(unsigned int code, unsigned int len)
{
    unsigned int bit = 1u << (len - 1);

    while (code & bit)
        bit >>= 1;
    return bit ? (code & (bit - 1)) + bit : 0;
}

static void fill(u32 *table, unsigned int size, unsigned int at,
                 unsigned int step, u32 entry)
{
    for (; at < size; at += step)
        table[at] = entry;
}

/* How many bits a subtable needs for the codes from `len` bits on. */
static unsigned int subtable_bits(const u16 count[MAX_BITS + 1],
                                  unsigned int len, unsigned int root)
{
    unsigned int bits = len - root;
    int room = 1 << bits;

    for (; bits + root < MAX_BITS; bits++, room <<= 1) {
        room -= count[bits + root];
        if (room <= 0)
            break;
    }
    return bits;
}

/*
 * Makes the table that decodes `root` bits at once, with subtables for longer
 * codes. -EINVAL if the lengths are no prefix code, or one that leaves codes
 * out (but a single code may be one bit long).
 */
static int build(u32 *table, unsigned int max_entries, unsigned int root,
                 const u8 *lengths, unsigned int n, enum code_kind kind)
{
    u16 count[MAX_BITS + 1] = {0}, first[MAX_BITS + 2], order[288];
    unsigned int used = 1u << root, code = 0, len, sub = 0, sub_size = 0;
    unsigned int sub_of = ~0u, longest = 0;
    int room = 1;

    for (unsigned int i = 0; i < n; i++)
        count[lengths[i]]++;
    count[0] = 0;
    first[1] = 0;
    for (len = 1; len <= MAX_BITS; len++) {
        room = (room << 1) - count[len];
        if (room < 0)
            return -EINVAL;
        if (count[len])
            longest = len;
        first[len + 1] = (u16)(first[len] + count[len]);
    }
    if (room > 0 && (kind == CODE_LENGTHS || longest > 1))
        return -EINVAL;
    for (unsigned int i = 0; i < n; i++)
        if (lengths[i])
            order[first[lengths[i]]++] = (u16)i;
    fill(table, used, 0, 1, INVALID | 1);

    for (unsigned int i = 0; i < first[MAX_BITS]; i++) {
        u32 entry = symbol_entry(kind, order[i]);

        len = lengths[order[i]];
        if (len <= root) {
            fill(table, 1u << root, code, 1u << len, entry | len);
        } else {
            unsigned int low = code & ((1u << root) - 1);

            if (low != sub_of) {
                unsigned int bits = subtable_bits(count, len, root);

                sub_of = low;
                sub = used;
                sub_size = 1u << bits;
                used += sub_size;
                if (used > max_entries)
                    return -EINVAL;
                table[low] = SUBTABLE | sub << 16 | bits << 8 | root;
            }
            fill(table + sub, sub_size, code >> root, 1u << (len - root),
                 entry | (len - root));
            count[len]--;
        }
        code = next_code(code, len);
    }
    return 0;
}

/* Tops up the bit buffer; near the end of the input as far as there is any. */
static __always_inline void refill(struct inflate *s)
{
    if (likely(s->in_end - s->in >= 8)) {
        s->bits |= get_le64(s->in) << s->nbits;
        s->in += (63 - s->nbits) >> 3;
        s->nbits |= 56;
        return;
    }
    while (s->nbits < 56 && s->in < s->in_end) {
        s->bits |= (u64)*s->in++ << s->nbits;
        s->nbits += 8;
    }
}

/* The next n <= 16 bits, or -EINVAL at the end of the input. */
static int take_bits(struct inflate *s, unsigned int n)
{
    int v;

    if (s->nbits < n)
        refill(s);
    if (s->nbits < n)
        return -EINVAL;
    v = (int)(s->bits & ((1u << n) - 1));
    s->bits >>= n;
    s->nbits -= n;
    return v;
}

static int flush(struct inflate *s)
{
    u32 n = s->pos - s->sent;
    int err = 0;

    if (n) {
        s->crc = crc32_update(s->crc, s->out + s->sent, n);
        s->total += n;
        err = s->sink(s->ctx, s->out + s->sent, n);
    }
    if (s->pos > INFLATE_WINDOW) {
        memmove(s->out, s->out + s->pos - INFLATE_WINDOW, INFLATE_WINDOW);
        s->pos = INFLATE_WINDOW;
    }
    s->sent = s->pos;
    return err;
}

static int stored_block(struct inflate *s)
{
    unsigned int len, inverse;

    /* Gives whole bytes back, so that the input continues at a byte. */
    s->in -= s->nbits / 8;
    s->bits = 0;
    s->nbits = 0;
    if (s->in_end - s->in < 4)
        return -EINVAL;
    len = get_le16(s->in);
    inverse = get_le16(s->in + 2);
    s->in += 4;
    if (len != (~inverse & 0xffff) || len > (size_t)(s->in_end - s->in))
        return -EINVAL;
    while (len) {
        u32 n = min((u32)len, (u32)sizeof(s->out) - s->pos);

        memcpy(s->out + s->pos, s->in, n);
        s->in += n;
        s->pos += n;
        len -= n;
        if (s->pos == sizeof(s->out)) {
            int err = flush(s);

            if (err)
                return err;
        }
    }
    return 0;
}

static void copy_match(u8 *to, u32 distance, u32 len)
{
    const u8 *from = to - distance;

    if (distance >= 8) {
        /* Up to 7 bytes too many; the buffer has room, and they are redone. */
        u8 *end = to + len;

        for (; to < end; to += 8, from += 8)
            __builtin_memcpy(to, from, 8);
        return;
    }
    if (distance == 1) {
        memset(to, *from, len);
        return;
    }
    while (len--)
        *to++ = *from++;
}

/*
 * Looks a code up and takes it off the input; the extra bits stay. False: the
 * input ends within it.
 */
static __always_inline bool decode(struct inflate *s, const u32 *table,
                                   unsigned int root, u32 *entry)
{
    u32 e = table[s->bits & ((1u << root) - 1)];

    if (e & SUBTABLE) {
        s->bits >>= root;
        if (unlikely(s->nbits < root))
            return false;
        s->nbits -= root;
        e = table[(e >> 16) + (s->bits & ((1u << (e >> 8 & 15)) - 1))];
    }
    if (unlikely(s->nbits < (e & 255)))
        return false;
    s->bits >>= e & 255;
    s->nbits -= e & 255;
    *entry = e;
    return true;
}

static __always_inline bool extra(struct inflate *s, u32 e, u32 *value)
{
    unsigned int n = e >> 8 & 15;

    if (unlikely(s->nbits < n))
        return false;
    *value = (e >> 16) + (u32)(s->bits & ((1u << n) - 1));
    s->bits >>= n;
    s->nbits -= n;
    return true;
}

static int compressed_block(struct inflate *s)
{
    for (;;) {
        u32 e, len, distance;

        if (s->pos > sizeof(s->out) - MAX_MATCH - 8) {
            int err = flush(s);

            if (err)
                return err;
        }
        refill(s);
        if (!decode(s, s->lit, LIT_BITS, &e))
            return -EINVAL;
        if (e & LITERAL) {
            s->out[s->pos++] = (u8)(e >> 16);
            continue;
        }
        if (e & (END | INVALID))
            return e & END ? 0 : -EINVAL;
        if (!extra(s, e, &len) || !decode(s, s->dist, DIST_BITS, &e) ||
            (e & INVALID) || !extra(s, e, &distance))
            return -EINVAL;
        if (distance > s->pos)
            return -EINVAL; /* before the first byte */
        copy_match(s->out + s->pos, distance, len);
        s->pos += len;
    }
}

static int fixed_tables(struct inflate *s)
{
    memset(s->lengths, 8, 144);
    memset(s->lengths + 144, 9, 112);
    memset(s->lengths + 256, 7, 24);
    memset(s->lengths + 280, 8, 8);
    build(s->lit, INFLATE_LIT_ENTRIES, LIT_BITS, s->lengths, 288, LITERALS);
    memset(s->lengths, 5, 32);
    return build(s->dist, INFLATE_DIST_ENTRIES, DIST_BITS, s->lengths, 32,
                 DISTANCES);
}

/* The code lengths of a dynamic block, themselves coded. */
static int read_lengths(struct inflate *s, unsigned int n)
{
    unsigned int i = 0;

    while (i < n) {
        unsigned int sym, repeat;
        u8 value = 0;
        int v;
        u32 e;

        refill(s);
        if (!decode(s, s->lit, 7, &e) || (e & INVALID))
            return -EINVAL;
        sym = e >> 16;
        if (sym < 16) {
            s->lengths[i++] = (u8)sym;
            continue;
        }
        if (sym == 16 && i == 0)
            return -EINVAL;
        if (sym == 16)
            value = s->lengths[i - 1];
        v = take_bits(s, sym == 16 ? 2 : sym == 17 ? 3 : 7);
        if (v < 0)
            return v;
        repeat = (unsigned int)v + (sym == 18 ? 11 : 3);
        if (repeat > n - i)
            return -EINVAL;
        memset(s->lengths + i, value, repeat);
        i += repeat;
    }
    return 0;
}

static int dynamic_tables(struct inflate *s)
{
    static const u8 order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                 11, 4,  12, 3, 13, 2, 14, 1, 15};
    int v = take_bits(s, 14), err;
    unsigned int lits, dists, codes;

    if (v < 0)
        return v;
    lits = ((unsigned int)v & 31) + 257;
    dists = ((unsigned int)v >> 5 & 31) + 1;
    codes = ((unsigned int)v >> 10) + 4;
    if (lits > 286 || dists > 30)
        return -EINVAL;
    memset(s->lengths, 0, 19);
    for (unsigned int i = 0; i < codes; i++) {
        v = take_bits(s, 3);
        if (v < 0)
            return v;
        s->lengths[order[i]] = (u8)v;
    }
    err = build(s->lit, INFLATE_LIT_ENTRIES, 7, s->lengths, 19, CODE_LENGTHS);
    if (!err)
        err = read_lengths(s, lits + dists);
    if (err)
        return err;
    if (!s->lengths[256])
        return -EINVAL;
    err = build(s->lit, INFLATE_LIT_ENTRIES, LIT_BITS, s->lengths, lits,
                LITERALS);
    if (err)
        return err;
    return build(s->dist, INFLATE_DIST_ENTRIES, DIST_BITS, s->lengths + lits,
                 dists, DISTANCES);
}

static int one_block(struct inflate *s, bool *last)
{
    int v = take_bits(s, 3), err;

    if (v < 0)
        return v;
    *last = v & 1;
    switch (v >> 1) {
    case 0:
        return stored_block(s);
    case 1:
        err = fixed_tables(s);
        return err ? err : compressed_block(s);
    case 2:
        err = dynamic_tables(s);
        return err ? err : compressed_block(s);
    }
    return -EINVAL;
}

static void start(struct inflate *s, const void *in, size_t n,
                  inflate_sink_fn sink, void *ctx)
{
    s->start = s->in = in;
    s->in_end = s->in + n;
    s->bits = 0;
    s->nbits = 0;
    s->sink = sink;
    s->ctx = ctx;
    s->crc = ~0u;
    s->total = 0;
    s->pos = s->sent = 0;
}

/* The blocks; afterwards s->in is behind the stream's last byte. */
static int run(struct inflate *s)
{
    bool last = false;
    int err = 0;

    while (!err && !last)
        err = one_block(s, &last);
    if (!err)
        err = flush(s);
    s->in -= s->nbits / 8;
    s->bits = 0;
    s->nbits = 0;
    return err;
}

int inflate_raw(struct inflate *s, const void *in, size_t n, size_t *used,
                inflate_sink_fn sink, void *ctx)
{
    int err;

    start(s, in, n, sink, ctx);
    err = run(s);
    if (used)
        *used = inflate_consumed(s);
    return err;
}

enum gzip_flags {
    GZIP_HEADER_CRC = 2,
    GZIP_EXTRA = 4,
    GZIP_NAME = 8,
    GZIP_COMMENT = 16,
    GZIP_RESERVED = 0xe0,
};

static bool skip_bytes(struct inflate *s, size_t n)
{
    if (n > (size_t)(s->in_end - s->in))
        return false;
    s->in += n;
    return true;
}

static bool skip_string(struct inflate *s)
{
    const u8 *nul = memchr(s->in, 0, (size_t)(s->in_end - s->in));

    if (nul)
        s->in = nul + 1;
    return nul;
}

static bool skip_gzip_header(struct inflate *s)
{
    const u8 *h = s->in;
    u8 flags;

    if (!skip_bytes(s, 10) || h[0] != 0x1f || h[1] != 0x8b || h[2] != 8)
        return false;
    flags = h[3];
    if (flags & GZIP_RESERVED)
        return false;
    if (flags & GZIP_EXTRA) {
        const u8 *size = s->in;

        if (!skip_bytes(s, 2) || !skip_bytes(s, get_le16(size)))
            return false;
    }
    if ((flags & GZIP_NAME) && !skip_string(s))
        return false;
    if ((flags & GZIP_COMMENT) && !skip_string(s))
        return false;
    return !(flags & GZIP_HEADER_CRC) || skip_bytes(s, 2);
}

int inflate_gzip(struct inflate *s, const void *in, size_t n, size_t *used,
                 inflate_sink_fn sink, void *ctx)
{
    int err = -EINVAL;

    start(s, in, n, sink, ctx);
    if (skip_gzip_header(s))
        err = run(s);
    if (!err) {
        const u8 *trailer = s->in;

        if (!skip_bytes(s, 8) || get_le32(trailer) != ~s->crc ||
            get_le32(trailer + 4) != (u32)s->total)
            err = -EINVAL;
    }
    if (used)
        *used = inflate_consumed(s);
    return err;
}
