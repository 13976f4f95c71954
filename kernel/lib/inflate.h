/*
 * Decompressing deflate (RFC 1951) and gzip (RFC 1952), from memory into a
 * function. Any input is safe: it gives its bytes or -EINVAL.
 *
 * The caller provides the state (about 72 KiB; not on a stack) and may use it
 * again. The sink gets up to 64 KiB at a time and returns 0, or an error that
 * ends the work and is passed on. While in the sink, inflate_consumed says how
 * much of the input is no longer needed.
 */
#pragma once

#include "lib/compiler.h"

typedef int (*inflate_sink_fn)(void *ctx, const u8 *data, size_t n);

#define INFLATE_WINDOW       32768
#define INFLATE_LIT_ENTRIES  1334 /* enough for 288 codes, 10 bits at once */
#define INFLATE_DIST_ENTRIES 402  /* enough for 32 codes, 8 bits at once */

struct inflate {
    const u8 *start, *in, *in_end; /* borrowed */
    u64 bits;                      /* the next nbits bits of the input */
    unsigned int nbits;
    inflate_sink_fn sink;
    void *ctx;
    u32 crc;
    u64 total; /* bytes given to the sink */
    u32 pos;   /* end of what is in `out` */
    u32 sent;  /* what of it the sink has got */
    u32 lit[INFLATE_LIT_ENTRIES];
    u32 dist[INFLATE_DIST_ENTRIES];
    u8 lengths[320];
    u8 out[2 * INFLATE_WINDOW];
};

/*
 * One deflate stream. *used (if not NULL) is how many bytes of the input it
 * was. 0, -EINVAL (corrupt or cut), or the sink's error.
 */
int inflate_raw(struct inflate *s, const void *in, size_t n, size_t *used,
                inflate_sink_fn sink, void *ctx);

/* One gzip member; its CRC and length must be right. */
int inflate_gzip(struct inflate *s, const void *in, size_t n, size_t *used,
                 inflate_sink_fn sink, void *ctx);

static inline size_t inflate_consumed(const struct inflate *s)
{
    return (size_t)(s->in - s->start) - s->nbits / 8;
}
