/*
 * Entropy device (virtio 1.2, 5.4): feeds the random pool at start and then
 * every minute.
 */
#include "core/random.h"
#include "core/slab.h"
#include "core/time.h"
#include "dev/virtio.h"
#include "lib/errno.h"
#include "lib/string.h"

#define RNG_BYTES    64u
#define RNG_INTERVAL (60 * NS_PER_SEC)

struct rng {
    struct virtqueue *queue;
    struct delayed_work work;
    u8 *buffer; /* owned */
};

/* The queue's only user is this work; its callback only queues it. */
static void rng_work(struct work *w)
{
    struct rng *r = container_of(container_of(w, struct delayed_work, work),
                                 struct rng, work);
    struct virtqueue_buffer v = {arch_virt_to_phys(r->buffer), RNG_BYTES};
    u32 written;

    if (virtqueue_get(r->queue, &written) && written) {
        /* What the device gives may be known to others: it is stirred in,
         * and counts for half. */
        random_add(r->buffer, written, written * 4);
        memset(r->buffer, 0, RNG_BYTES);
        delayed_work_queue(&r->work, RNG_INTERVAL);
    } else if (virtqueue_in_flight(r->queue) == 0 &&
               virtqueue_add(r->queue, &v, 0, 1, r) == 0) {
        virtqueue_kick(r->queue);
    }
}

static void rng_callback(struct virtqueue *vq)
{
    struct rng *r = vq->device->data;

    work_queue(&r->work.work);
}

static int rng_probe(struct virtio_device *d)
{
    struct rng *r = kzalloc(sizeof(*r), ALLOC_KERNEL);
    int error;

    if (!r)
        return -ENOMEM;
    r->buffer = kzalloc(RNG_BYTES, ALLOC_KERNEL);
    delayed_work_init(&r->work, rng_work);
    d->data = r;
    error = r->buffer ? virtio_setup_queues(d, 1, 8, rng_callback) : -ENOMEM;
    if (error) {
        kfree(r->buffer);
        kfree(r);
        return error;
    }
    r->queue = d->queues[0];
    virtio_ready(d);
    work_queue(&r->work.work);
    return 0;
}

const struct virtio_driver virtio_rng_driver = {
    .id = VIRTIO_ID_RNG,
    .name = "rng",
    .probe = rng_probe,
};
