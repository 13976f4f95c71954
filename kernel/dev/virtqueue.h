/*
 * Split virtqueues (virtio 1.2, 2.7).
 *
 *   virtqueue_add(vq, buffers, out, in, token)   up to ring size pieces
 *   virtqueue_kick(vq)                           tell the device, if it asks
 *   virtqueue_get(vq, &written)                  a token that is done, or NULL
 *
 * The device is not trusted. It sees the rings and the buffers; which chain
 * belongs to which token, and how long a chain is, is kept in memory that it
 * does not see. An id that is not in use or more bytes than a buffer holds
 * break the queue: it gives nothing more and accepts nothing more.
 *
 * The caller's lock guards a queue; none is taken here. Buffers belong to the
 * device from add until their token comes back.
 */
#ifndef DEV_VIRTQUEUE_H
#define DEV_VIRTQUEUE_H

#include "arch/arch.h"
#include "dev/virtio_spec.h"

struct virtio_device;

struct virtqueue_buffer {
    paddr_t address;
    u32 length; /* bytes */
};

struct virtqueue_chain { /* by the number of its first descriptor */
    void *token;         /* NULL: not in flight */
    u32 capacity;        /* bytes that the device may write */
    u16 pieces;
};

struct virtqueue {
    struct vring_desc *desc;
    struct vring_avail *avail;
    struct vring_used *used;
    struct virtqueue_chain *chains; /* [size], owned */
    u16 *next;                      /* [size]: free list and chains; ours */
    u16 size;                       /* a power of two */
    u16 free_head, free_count;
    u16 avail_index, last_used;
    u16 kicked; /* avail_index when the device was last told */
    bool event_index;
    bool broken;
    bool interrupts; /* wanted */
    u16 index;       /* number of the queue */
    struct virtio_device *device;
    void (*notify)(struct virtqueue *vq);
    void (*callback)(struct virtqueue *vq); /* in interrupt context */
    void *data;                             /* of the driver */
    void *transport;                        /* where to notify */
    void *memory;                           /* of the rings; owned */
};

/* Bytes of the three parts for `size` entries, one after the other. */
size_t virtqueue_bytes(u16 size);
/* `memory`: virtqueue_bytes() bytes, 16-byte aligned, that the device will
 * see; `chains` and `next`: size entries each. */
void virtqueue_init(struct virtqueue *vq, u16 size, bool event_index,
                    void *memory, struct virtqueue_chain *chains, u16 *next);
/* Forget everything in flight (after a device reset). */
void virtqueue_reset(struct virtqueue *vq);

/* First `out` buffers that the device reads, then `in` that it writes. -ENOSPC:
 * not enough descriptors now; -EIO: broken. */
int virtqueue_add(struct virtqueue *vq, const struct virtqueue_buffer *buffers,
                  u16 out, u16 in, void *token);
void virtqueue_kick(struct virtqueue *vq);
/* *written: bytes that the device wrote, at most what the buffers hold. */
void *virtqueue_get(struct virtqueue *vq, u32 *written);
static inline u16 virtqueue_in_flight(const struct virtqueue *vq)
{
    return (u16)(vq->size - vq->free_count);
}
void virtqueue_disable_callback(struct virtqueue *vq);
/* False: something is done already; look again. */
bool virtqueue_enable_callback(struct virtqueue *vq);

#endif
