// about: an initramfs from anywhere
#include <stdlib.h>

#include "lib/errno.h"
#include "lib/initramfs.h"
#include "lib/string.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static bool open_entry;
static u64 given;

static int entry(void *ctx, const struct cpio_entry *e)
{
    (void)ctx;
    if (open_entry || strnlen(e->name, CPIO_MAX_NAME) == CPIO_MAX_NAME)
        abort();
    if (e->target && strlen(e->target) > CPIO_MAX_NAME)
        abort();
    open_entry = true;
    given = 0;
    return 0;
}

static int contents(void *ctx, const void *data, size_t n)
{
    const volatile u8 *p = data;

    (void)ctx;
    if (!open_entry || !n)
        abort();
    (void)p[0];
    (void)p[n - 1];
    given += n;
    return 0;
}

static int end(void *ctx, const struct cpio_entry *e)
{
    (void)ctx;
    if (!open_entry || given > e->size)
        abort();
    open_entry = false;
    return 0;
}

static const struct cpio_ops ops = {entry, contents, end, NULL};

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    static struct initramfs state;

    open_entry = false;
    initramfs_unpack(&state, data, n, &ops, NULL);
    if (state.consumed > n)
        abort();
    return 0;
}
