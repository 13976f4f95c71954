/*
 * Taking an initramfs apart: cpio archives, plain or in gzip, one behind the
 * other with NULs between (Linux: Documentation/driver-api/early-userspace/
 * buffer-format.rst).
 */
#pragma once

#include "lib/cpio.h"
#include "lib/inflate.h"

struct initramfs {
    struct cpio cpio;
    struct inflate inflate;
    const char *error; /* what was wrong; NULL if nothing was */
    size_t consumed;   /* bytes at the start that are no longer needed */
};

/*
 * Goes through n bytes at `data` and calls ops for what is in them. `state`
 * (about 80 KiB) is the caller's. Returns 0, -EINVAL (state->error says what is
 * broken; what came before it was delivered), or a callback's error.
 * During callbacks state->consumed grows: pages before it may be freed, if
 * nothing else holds them; the name and target of an entry are copies.
 */
int initramfs_unpack(struct initramfs *state, const void *data, size_t n,
                     const struct cpio_ops *ops, void *ctx);
