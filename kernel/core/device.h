/*
 * Device numbers: how a driver offers character and block devices by number.
 *
 * Drivers in dev/, ipc/ or tty/ register a range of numbers; fs/ opens device
 * nodes through it. What is opened is an object of the filesystem, whose head
 * is a struct device_file: the driver puts its object operations and private
 * data there. Device nodes of devtmpfs come from `name`.
 *
 * device_lock (rwlock, in device.c) guards the table.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include "core/object.h"
#include "lib/list.h"

/* Head of fs's struct file: all that a driver sees. */
struct device_file {
    struct object object; /* must be first; ops may be replaced by open */
    void *private;        /* of the driver */
    u32 minor;
    u32 open_flags; /* OBJ_* at open, DEVICE_OPEN_* */
};
#define DEVICE_OPEN_NOCTTY BIT(16)
#define DEVICE_OPEN_READ   BIT(17)
#define DEVICE_OPEN_WRITE  BIT(18)

static inline struct device_file *device_file(struct object *obj)
{
    return container_of(obj, struct device_file, object);
}

enum device_kind {
    DEVICE_CHARACTER,
    DEVICE_BLOCK
};

struct device {
    enum device_kind kind;
    u32 major, minor, count; /* minors minor .. minor + count - 1 */
    const char *name;        /* of /proc/devices: "mem" */
    /* Node in /dev for the first minor, "null", "net/tun"; NULL: none. */
    const char *node;
    u16 node_mode; /* permissions: 0666 */
    /* Symbolic link to the node, "virtio-ports/NAME"; NULL: none. */
    const char *alias;
    const struct object_ops *ops;
    /* Called once per open, may sleep and refuse; NULL: always fine. */
    int (*open)(struct device *d, struct device_file *file, struct caller *who);
    /* The last reference to an open file went (ops->release is fs's own). */
    void (*closed)(struct device *d, struct device_file *file);
    void *data;                 /* of the driver */
    struct list_head link;      /* device_lock */
    struct object_ops file_ops; /* fs/: ops with its own release, once bound */
    bool bound;
};

/* -EBUSY: a number is taken. The structure stays the driver's. */
int device_register(struct device *d);
void device_unregister(struct device *d);
struct device *device_find(enum device_kind kind, u32 major, u32 minor);
/* /proc/devices and devtmpfs: fn for each, under the lock. */
void device_for_each(void (*fn)(void *ctx, struct device *d), void *ctx);
/* Names changed since it was registered: tell the listener. */
void device_announce(struct device *d);
/* devtmpfs is told of nodes that come and go (also those registered before). */
void device_set_listener(void (*changed)(struct device *d, bool added));

#endif
