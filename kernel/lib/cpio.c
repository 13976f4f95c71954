#include "lib/cpio.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

#define HEADER_SIZE 110
#define S_IFMT      0170000
#define S_IFREG     0100000
#define S_IFLNK     0120000

void cpio_init(struct cpio *c, const struct cpio_ops *ops, void *ctx)
{
    memset(c, 0, offsetof(struct cpio, header));
    c->ops = ops;
    c->ctx = ctx;
    c->state = CPIO_BETWEEN;
}

static int fail(struct cpio *c, const char *why)
{
    c->error = why;
    return -EINVAL;
}

static bool parse_hex(const u8 *p, u32 *out)
{
    u32 v = 0;

    for (int i = 0; i < 8; i++) {
        if (!isxdigit(p[i]))
            return false;
        v = v << 4 |
            (u32)(isdigit(p[i]) ? p[i] - '0' : tolower(p[i]) - 'a' + 10);
    }
    *out = v;
    return true;
}

/* To `state`, past the bytes that align the offset. */
static void pad_to(struct cpio *c, enum cpio_state state)
{
    c->left = (u32)(-c->offset & 3);
    c->have = 0;
    c->state = c->left ? CPIO_PADDING : state;
}

static int parse_header(struct cpio *c)
{
    struct cpio_entry *e = &c->entry;
    u32 *const fields[13] = {&e->ino,        &e->mode,       &e->uid,
                             &e->gid,        &e->nlink,      &e->mtime,
                             &e->size,       &e->dev_major,  &e->dev_minor,
                             &e->rdev_major, &e->rdev_minor, &c->name_size,
                             &c->checksum};

    if (memcmp(c->header, "070701", 6) != 0 &&
        memcmp(c->header, "070702", 6) != 0)
        return fail(c, "no cpio magic (only newc archives are known)");
    c->checksummed = c->header[5] == '2';
    for (size_t i = 0; i < 13; i++)
        if (!parse_hex(c->header + 6 + 8 * i, fields[i]))
            return fail(c, "cpio header is not hexadecimal");
    if (c->name_size < 1 || c->name_size > CPIO_MAX_NAME)
        return fail(c, "cpio name is too long");
    if ((e->mode & S_IFMT) == S_IFLNK && e->size > CPIO_MAX_NAME)
        return fail(c, "cpio link target is too long");
    c->sum = 0;
    c->have = 0;
    c->state = CPIO_NAME;
    return 0;
}

static int end_entry(struct cpio *c)
{
    if (c->checksummed && (c->entry.mode & S_IFMT) == S_IFREG &&
        c->sum != c->checksum)
        return fail(c, "cpio checksum is wrong");
    pad_to(c, CPIO_HEADER);
    return c->ops->end(c->ctx, &c->entry);
}

static int got_name(struct cpio *c)
{
    struct cpio_entry *e = &c->entry;
    int err;

    if (c->name[c->name_size - 1] != '\0')
        return fail(c, "cpio name is not terminated");
    e->name = c->name;
    e->target = NULL;
    c->have = 0;
    if (strcmp(c->name, "TRAILER!!!") == 0) {
        c->state = CPIO_BETWEEN;
        return c->ops->trailer ? c->ops->trailer(c->ctx) : 0;
    }
    c->left = e->size;
    if ((e->mode & S_IFMT) == S_IFLNK) {
        c->state = CPIO_TARGET;
        return 0;
    }
    err = c->ops->entry(c->ctx, e);
    c->state = CPIO_DATA;
    return err;
}

static int got_target(struct cpio *c)
{
    int err;

    c->target[c->entry.size] = '\0';
    c->entry.target = c->target;
    err = c->ops->entry(c->ctx, &c->entry);
    return err ? err : end_entry(c);
}

static int take_data(struct cpio *c, const u8 *p, size_t n)
{
    int err = 0;

    if (c->checksummed)
        for (size_t i = 0; i < n; i++)
            c->sum += p[i];
    if ((c->entry.mode & S_IFMT) == S_IFREG && n)
        err = c->ops->data(c->ctx, p, n);
    c->left -= (u32)n;
    return err;
}

/* Copies towards `want` bytes in `to`; how many it took. */
static size_t collect(struct cpio *c, void *to, size_t want, const u8 *p,
                      size_t n)
{
    n = min(n, want - c->have);
    memcpy((u8 *)to + c->have, p, n);
    c->have += (u32)n;
    return n;
}

/* One step; how many bytes it took (0: a change of state), or an error. */
static ssize_t step(struct cpio *c, const u8 *p, size_t n)
{
    size_t took = 0;
    int err = 0;

    switch (c->state) {
    case CPIO_BETWEEN:
        while (took < n && p[took] == 0)
            took++;
        if (took == 0) {
            if (c->offset & 3)
                return fail(c, "cpio archive is not aligned");
            c->have = 0;
            c->state = CPIO_HEADER;
        }
        break;
    case CPIO_HEADER:
        took = collect(c, c->header, HEADER_SIZE, p, n);
        if (c->have == HEADER_SIZE)
            err = parse_header(c);
        break;
    case CPIO_NAME:
        if (c->have < c->name_size) {
            took = collect(c, c->name, c->name_size, p, n);
        } else if (c->offset & 3) {
            took = 1; /* padding behind the name */
        } else {
            err = got_name(c);
        }
        break;
    case CPIO_TARGET:
        took = collect(c, c->target, c->entry.size, p, n);
        if (c->have == c->entry.size) {
            c->offset += took; /* for the padding */
            err = got_target(c);
            c->offset -= took;
        }
        break;
    case CPIO_DATA:
        took = min(n, (size_t)c->left);
        err = take_data(c, p, took);
        if (!err && c->left == 0) {
            c->offset += took;
            err = end_entry(c);
            c->offset -= took;
        }
        break;
    case CPIO_PADDING:
        took = min(n, (size_t)c->left);
        c->left -= (u32)took;
        if (c->left == 0)
            c->state = CPIO_HEADER;
        break;
    }
    return err ? err : (ssize_t)took;
}

static bool is_header_start(const u8 *p)
{
    return *p == '0';
}

/* Can go on without further input: an empty file, the end of a name. */
static bool pending(const struct cpio *c)
{
    switch (c->state) {
    case CPIO_NAME:
        return c->have == c->name_size && (c->offset & 3) == 0;
    case CPIO_TARGET:
        return c->entry.size == 0;
    case CPIO_DATA:
        return c->left == 0;
    default:
        return false;
    }
}

ssize_t cpio_feed(struct cpio *c, const void *data, size_t n)
{
    const u8 *p = data;
    size_t done = 0;

    while (done < n || pending(c)) {
        ssize_t took;

        if (c->state == CPIO_BETWEEN && p[done] && !is_header_start(p + done))
            break;
        took = step(c, p + done, n - done);
        if (took < 0)
            return took;
        done += (size_t)took;
        c->offset += (u64)took;
    }
    return (ssize_t)done;
}
