/*
 * Virtio devices and drivers.
 *
 * A transport (PCI, MMIO) finds a device and calls virtio_device_add(); the
 * driver for its type negotiates features and sets up its queues in probe():
 *
 *   probe(dev):  virtio_setup_queues(dev, n, callbacks);
 *                fill receive queues; virtio_ready(dev); kick
 *
 * Devices live for ever. Queue callbacks run in interrupt context; each queue
 * is guarded by a lock of its driver.
 */
#ifndef DEV_VIRTIO_H
#define DEV_VIRTIO_H

#include "core/irq.h"
#include "dev/virtqueue.h"
#include "lib/list.h"

struct virtio_device;

struct virtio_transport {
    const char *name;
    u64 (*features)(struct virtio_device *d);
    void (*set_features)(struct virtio_device *d, u64 features);
    u8 (*status)(struct virtio_device *d);
    void (*set_status)(struct virtio_device *d, u8 status); /* 0: reset */
    void (*read_config)(struct virtio_device *d, u32 offset, void *to,
                        u32 size);
    u32 (*generation)(struct virtio_device *d);
    /* Most entries of that queue, 0: there is none. */
    u16 (*queue_max)(struct virtio_device *d, u16 index);
    /* Tell the device where the rings are, and switch it on. */
    int (*queue_start)(struct virtio_device *d, struct virtqueue *vq);
    void (*notify)(struct virtqueue *vq);
};

struct virtio_driver {
    u32 id;       /* VIRTIO_ID_* */
    u64 features; /* that it can use */
    const char *name;
    int (*probe)(struct virtio_device *d);
    void (*config_changed)(struct virtio_device *d); /* interrupt; or NULL */
};

struct virtio_device {
    u32 id;
    u64 features; /* negotiated */
    const struct virtio_transport *transport;
    void *transport_data;
    const struct virtio_driver *driver;
    void *data;                /* of the driver */
    struct virtqueue **queues; /* owned; [queue_count] */
    u16 queue_count;
    u32 number; /* "virtio0" */
    struct list_head link;
};

/* For transports: find the driver and probe. 0 also without a driver. */
int virtio_device_add(struct virtio_device *d);
/* An interrupt that may concern any queue / the configuration. */
void virtio_interrupt(struct virtio_device *d);
void virtio_config_interrupt(struct virtio_device *d);

/* For drivers. */
static inline bool virtio_has(const struct virtio_device *d, u64 feature)
{
    return (d->features & feature) != 0;
}
/* Queues 0..n-1 with those callbacks (NULL: none) and at most `size` entries
 * each. -ENOENT: the device has fewer; -ENOMEM. */
int virtio_setup_queues(struct virtio_device *d, u16 n, u16 size,
                        void (*callback)(struct virtqueue *vq));
void virtio_ready(struct virtio_device *d);
/* Consistent read of a piece of the configuration. */
void virtio_config(struct virtio_device *d, u32 offset, void *to, u32 size);
/* The drivers: each file defines one; virtio.c lists them. */
extern const struct virtio_driver virtio_console_driver;
extern const struct virtio_driver virtio_rng_driver;

#endif
