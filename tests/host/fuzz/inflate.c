// about: gzip and raw deflate from anywhere: it ends, and stays in its memory
#include <stdlib.h>

#include "lib/errno.h"
#include "lib/inflate.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static int sink(void *ctx, const u8 *data, size_t n)
{
    size_t *left = ctx;
    volatile u8 touch = n ? data[0] ^ data[n - 1] : 0;

    (void)touch;
    if (n > *left)
        return -ENOSPC;
    *left -= n;
    return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    static struct inflate state;
    size_t left = 4 << 20, used;

    inflate_gzip(&state, data, n, &used, sink, &left);
    if (used > n)
        abort();
    left = 4 << 20;
    inflate_raw(&state, data, n, &used, sink, &left);
    if (used > n)
        abort();
    return 0;
}
