/*
 * Memory devices: null, zero, full, random, urandom, kmsg.
 */
#include "core/caller.h"
#include "core/device.h"
#include "core/init.h"
#include "core/log.h"
#include "core/random.h"
#include "core/request.h"
#include "core/slab.h"
#include "fs/kmsg.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/cred.h"
#include "vm/mapping.h"
#include "vm/user.h"

#define MEM_MAJOR 1

enum {
    MINOR_NULL = 3,
    MINOR_ZERO = 5,
    MINOR_FULL = 7,
    MINOR_RANDOM = 8,
    MINOR_URANDOM = 9,
    MINOR_KMSG = 11,
};

static ssize_t null_read(struct object *obj, struct io_request *req)
{
    (void)obj;
    (void)req;
    return 0;
}

static ssize_t null_write(struct object *obj, struct io_request *req)
{
    size_t n = iter_count(&req->iter);

    (void)obj;
    iter_advance(&req->iter, n);
    return (ssize_t)n;
}

static ssize_t zero_read(struct object *obj, struct io_request *req)
{
    size_t n = iter_count(&req->iter), done = iter_zero(&req->iter, n);

    (void)obj;
    return done || !n ? (ssize_t)done : -EFAULT;
}

static ssize_t full_write(struct object *obj, struct io_request *req)
{
    (void)obj;
    (void)req;
    return -ENOSPC;
}

/* Linux: the position stays 0. */
static s64 null_seek(struct object *obj, s64 offset, int whence)
{
    (void)obj;
    (void)offset;
    return whence <= 4 ? 0 : -EINVAL;
}

static int zero_mmap(struct object *obj, struct mapping_request *map)
{
    (void)obj;
    map->anonymous = true;
    return 0;
}

static ssize_t random_read(struct object *obj, struct io_request *req)
{
    u8 block[256];
    size_t done = 0;

    (void)obj;
    while (iter_count(&req->iter)) {
        size_t n = min(iter_count(&req->iter), sizeof(block)), moved;

        random_bytes(block, n);
        moved = iter_copy_to(&req->iter, block, n);
        done += moved;
        if (moved < n)
            break;
    }
    memzero_explicit(block, sizeof(block));
    return done || !iter_count(&req->iter) ? (ssize_t)done : -EFAULT;
}

static ssize_t blocking_random_read(struct object *obj, struct io_request *req)
{
    if (!random_ready()) {
        int error;

        if (req->flags & REQ_NOWAIT)
            return -EAGAIN;
        error = random_wait();
        if (error)
            return error;
    }
    return random_read(obj, req);
}

/* Bytes that a user stirs in count for nothing. */
static ssize_t random_write(struct object *obj, struct io_request *req)
{
    u8 block[64];
    size_t done = 0;

    (void)obj;
    while (iter_count(&req->iter)) {
        size_t n = min(iter_count(&req->iter), sizeof(block));
        size_t moved = iter_copy_from(&req->iter, block, n);

        random_add(block, moved, 0);
        done += moved;
        if (moved < n)
            return done ? (ssize_t)done : -EFAULT;
    }
    return (ssize_t)done;
}

static u32 random_poll(struct object *obj, struct poll_table *table)
{
    (void)obj;
    (void)table;
    return (random_ready() ? POLLIN | POLLRDNORM : 0) | POLLOUT | POLLWRNORM;
}

#define RNDGETENTCNT   0x80045200u
#define RNDADDTOENTCNT 0x40045201u
#define RNDADDENTROPY  0x40085203u
#define RNDZAPENTCNT   0x5204u
#define RNDCLEARPOOL   0x5206u
#define RNDRESEEDCRNG  0x5207u

static long add_entropy(struct caller *who, u64 arg)
{
    s32 header[2]; /* bits, bytes */
    u8 block[64];

    if (!caller_capable_init(who, CAP_SYS_ADMIN))
        return -EPERM;
    if (user_read(who->mm, header, arg, sizeof(header)))
        return -EFAULT;
    if (header[0] < 0 || header[1] < 0)
        return -EINVAL;
    for (u64 at = 0; at < (u64)header[1]; at += sizeof(block)) {
        size_t n = min((u64)header[1] - at, sizeof(block));

        if (user_read(who->mm, block, arg + 8 + at, n))
            return -EFAULT;
        random_add(block, n, at ? 0 : (unsigned)min(header[0], 256));
    }
    return 0;
}

static long random_ioctl(struct object *obj, struct caller *who, u32 cmd,
                         u64 arg)
{
    (void)obj;
    switch (cmd) {
    case RNDGETENTCNT:
        return user_write32(who->mm, arg, random_entropy_bits());
    case RNDADDENTROPY:
        return add_entropy(who, arg);
    case RNDADDTOENTCNT:
    case RNDZAPENTCNT:
    case RNDCLEARPOOL:
        return caller_capable_init(who, CAP_SYS_ADMIN) ? 0 : -EPERM;
    case RNDRESEEDCRNG:
        if (!caller_capable_init(who, CAP_SYS_ADMIN))
            return -EPERM;
        random_reseed();
        return 0;
    default:
        return -ENOTTY;
    }
}

/* ------------------------------------------------------------------ kmsg */

#define KMSG_LINE 1024

/* "<level>text": a line for the log. */
static ssize_t kmsg_write(struct object *obj, struct io_request *req)
{
    size_t n = min(iter_count(&req->iter), (size_t)KMSG_LINE - 1), taken;
    char *line = kmalloc(KMSG_LINE, ALLOC_KERNEL), *text = line;
    u32 level = LOG_WARNING;

    (void)obj;
    if (!line)
        return -ENOMEM;
    taken = iter_copy_from(&req->iter, line, n);
    line[taken] = 0;
    if (taken > 2 && line[0] == '<') {
        u32 value = 0;
        char *p = line + 1;

        while (*p >= '0' && *p <= '9')
            value = value * 10 + (u32)(*p++ - '0');
        if (*p == '>') {
            level = value & 7;
            text = p + 1;
        }
    }
    log_print((enum log_level)level, "%s%s", text,
              taken && line[taken - 1] == '\n' ? "" : "\n");
    kfree(line);
    return (ssize_t)taken;
}

/* The reader's place is the number of its next record. */
static u64 kmsg_place(struct device_file *f)
{
    return (u64)(uintptr_t)f->private;
}

static int kmsg_open(struct device *d, struct device_file *f,
                     struct caller *who)
{
    (void)d;
    if (f->open_flags & DEVICE_OPEN_READ && READ_ONCE(kmsg_restricted) &&
        !caller_capable_init(who, CAP_SYSLOG) &&
        !caller_capable_init(who, CAP_SYS_ADMIN))
        return -EPERM;
    f->private = (void *)(uintptr_t)log_first_sequence();
    return 0;
}

/* One record per read: "6,123,4567,-;text\n". */
static ssize_t kmsg_read(struct object *obj, struct io_request *req)
{
    struct device_file *f = device_file(obj);
    struct log_record r;
    char *line = kmalloc(2 * KMSG_LINE, ALLOC_KERNEL), *text;
    u64 place = kmsg_place(f);
    ssize_t result;
    int n;

    if (!line)
        return -ENOMEM;
    text = line + KMSG_LINE;
    for (;;) {
        result = log_read_record(&place, &r, text, KMSG_LINE - 64);
        if (result != -ENOENT)
            break;
        if (req->flags & REQ_NOWAIT) {
            kfree(line);
            return -EAGAIN;
        }
        result = wait_event_interruptible(&log_new_record,
                                          log_next_sequence() > place);
        if (result)
            break;
    }
    f->private = (void *)(uintptr_t)place;
    if (!result) {
        n = scnprintf(line, KMSG_LINE, "%u,%lu,%lu,-;%.*s\n", r.level,
                      r.sequence, r.ns / 1000, (int)r.length, text);
        if ((size_t)n > iter_count(&req->iter)) {
            f->private = (void *)(uintptr_t)r.sequence;
            result = -EINVAL;
        } else {
            result = (ssize_t)iter_copy_to(&req->iter, line, (size_t)n);
            if (!result)
                result = -EFAULT;
        }
    }
    kfree(line);
    return result;
}

static s64 kmsg_seek(struct object *obj, s64 offset, int whence)
{
    struct device_file *f = device_file(obj);

    if (offset)
        return -ESPIPE;
    switch (whence) {
    case 0:
    case 3: /* SEEK_DATA: after the last SYSLOG_ACTION_CLEAR */
        f->private = (void *)(uintptr_t)log_first_sequence();
        return 0;
    case 2:
        f->private = (void *)(uintptr_t)log_next_sequence();
        return 0;
    default:
        return -EINVAL;
    }
}

static u32 kmsg_poll(struct object *obj, struct poll_table *table)
{
    poll_register(table, &log_new_record);
    return log_next_sequence() > kmsg_place(device_file(obj))
               ? POLLIN | POLLRDNORM
               : 0;
}

#define COMMON .seek = null_seek

static const struct object_ops null_ops = {
    .name = "null", .read = null_read, .write = null_write, COMMON};
static const struct object_ops zero_ops = {.name = "zero",
                                           .read = zero_read,
                                           .write = null_write,
                                           .mmap = zero_mmap,
                                           COMMON};
static const struct object_ops full_ops = {
    .name = "full", .read = zero_read, .write = full_write, COMMON};
static const struct object_ops random_ops = {.name = "random",
                                             .read = blocking_random_read,
                                             .write = random_write,
                                             .poll = random_poll,
                                             .ioctl = random_ioctl,
                                             COMMON};
static const struct object_ops urandom_ops = {.name = "urandom",
                                              .read = random_read,
                                              .write = random_write,
                                              .ioctl = random_ioctl,
                                              COMMON};
static const struct object_ops kmsg_ops = {.name = "kmsg",
                                           .read = kmsg_read,
                                           .write = kmsg_write,
                                           .seek = kmsg_seek,
                                           .poll = kmsg_poll};

static struct device mem_devices[] = {
    {.minor = MINOR_NULL, .node = "null", .node_mode = 0666, .ops = &null_ops},
    {.minor = MINOR_ZERO, .node = "zero", .node_mode = 0666, .ops = &zero_ops},
    {.minor = MINOR_FULL, .node = "full", .node_mode = 0666, .ops = &full_ops},
    {.minor = MINOR_RANDOM,
     .node = "random",
     .node_mode = 0666,
     .ops = &random_ops},
    {.minor = MINOR_URANDOM,
     .node = "urandom",
     .node_mode = 0666,
     .ops = &urandom_ops},
    {.minor = MINOR_KMSG,
     .node = "kmsg",
     .node_mode = 0644,
     .ops = &kmsg_ops,
     .open = kmsg_open},
};

static int mem_devices_init(void)
{
    for (u32 i = 0; i < ARRAY_SIZE(mem_devices); i++) {
        struct device *d = &mem_devices[i];
        int error;

        d->kind = DEVICE_CHARACTER;
        d->major = MEM_MAJOR;
        d->count = 1;
        d->name = "mem";
        error = device_register(d);
        if (error)
            return error;
    }
    return 0;
}
INITCALL(fs, mem_devices_init);
