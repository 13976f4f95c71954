#include "lib/initramfs.h"
#include "lib/errno.h"
#include "lib/string.h"

/* Plain archives go to cpio in pieces, so that `consumed` keeps up. */
#define PIECE 65536

static int from_inflate(void *ctx, const u8 *data, size_t n)
{
    struct initramfs *state = ctx;
    ssize_t took = cpio_feed(&state->cpio, data, n);

    if (took < 0)
        return (int)took;
    if ((size_t)took < n) {
        state->error = "junk within a compressed archive";
        return -EINVAL;
    }
    return 0;
}

static const char *unknown_compression(const u8 *p, size_t n)
{
    static const struct {
        u8 magic[6];
        u8 size;
        const char *message;
    } known[] = {
        {{0x28, 0xb5, 0x2f, 0xfd}, 4, "compressed with zstd"},
        {{0xfd, '7', 'z', 'X', 'Z', 0}, 6, "compressed with xz"},
        {{'B', 'Z', 'h'}, 3, "compressed with bzip2"},
        {{0x02, 0x21, 0x4c, 0x18}, 4, "compressed with lz4"},
        {{0x5d, 0, 0}, 3, "compressed with lzma"},
        {{0x89, 'L', 'Z', 'O'}, 4, "compressed with lzo"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        if (n >= known[i].size && !memcmp(p, known[i].magic, known[i].size))
            return known[i].message;
    return "neither a cpio archive nor gzip";
}

/* One gzip member at `at`; moves *at behind it. */
static int unpack_gzip(struct initramfs *state, const u8 *data, size_t n,
                       size_t *at)
{
    size_t used;
    int err;

    /* A compressed archive is aligned by itself. */
    state->cpio.offset = 0;
    err = inflate_gzip(&state->inflate, data + *at, n - *at, &used,
                       from_inflate, state);
    *at += used;
    if (err && !state->error && !state->cpio.error)
        state->error = "gzip data is corrupt or cut short";
    return err;
}

static int unpack_plain(struct initramfs *state, const u8 *data, size_t n,
                        size_t *at)
{
    ssize_t took;

    state->cpio.offset = *at;
    do {
        size_t piece = min(n - *at, (size_t)PIECE);

        took = cpio_feed(&state->cpio, data + *at, piece);
        if (took < 0)
            return (int)took;
        *at += (size_t)took;
        state->consumed = *at;
        if ((size_t)took < piece)
            break;
    } while (*at < n);
    return 0;
}

int initramfs_unpack(struct initramfs *state, const void *data, size_t n,
                     const struct cpio_ops *ops, void *ctx)
{
    const u8 *p = data;
    size_t at = 0;
    int err = 0;

    cpio_init(&state->cpio, ops, ctx);
    state->error = NULL;
    state->consumed = 0;
    while (at < n && !err) {
        if (p[at] == 0) {
            at++;
        } else if (p[at] == '0') {
            err = unpack_plain(state, p, n, &at);
        } else if (n - at >= 2 && p[at] == 0x1f && p[at + 1] == 0x8b) {
            err = unpack_gzip(state, p, n, &at);
            state->consumed = at;
        } else {
            state->error = unknown_compression(p + at, n - at);
            err = -EINVAL;
        }
        if (!err && !cpio_done(&state->cpio)) {
            state->error = "cpio archive ends in the middle";
            err = -EINVAL;
        }
    }
    if (err && !state->error)
        state->error = state->cpio.error;
    return err;
}
