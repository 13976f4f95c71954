#include "dev/virtio.h"

#include "core/log.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/string.h"

static const struct virtio_driver *const drivers[] = {
    &virtio_console_driver,
    &virtio_rng_driver,
};

static u32 device_count;

static const struct virtio_driver *driver_for(u32 id)
{
    for (u32 i = 0; i < ARRAY_SIZE(drivers); i++)
        if (drivers[i]->id == id)
            return drivers[i];
    return NULL;
}

static void add_status(struct virtio_device *d, u8 bits)
{
    d->transport->set_status(d, d->transport->status(d) | bits);
}

/* 3.1.1: device initialisation up to feature negotiation. */
static int negotiate(struct virtio_device *d)
{
    const struct virtio_transport *t = d->transport;
    u64 offered;

    t->set_status(d, 0);
    for (int i = 0; t->status(d) != 0; i++) {
        if (i == 1000)
            return -EIO;
        udelay(100);
    }
    add_status(d, VIRTIO_STATUS_ACKNOWLEDGE);
    add_status(d, VIRTIO_STATUS_DRIVER);
    offered = t->features(d);
    if (!(offered & VIRTIO_F_VERSION_1))
        return -ENODEV; /* a legacy device */
    d->features = offered & (d->driver->features | VIRTIO_F_VERSION_1 |
                             VIRTIO_F_EVENT_IDX);
    t->set_features(d, d->features);
    add_status(d, VIRTIO_STATUS_FEATURES_OK);
    return t->status(d) & VIRTIO_STATUS_FEATURES_OK ? 0 : -ENODEV;
}

int virtio_device_add(struct virtio_device *d)
{
    int error;

    d->number = __atomic_fetch_add(&device_count, 1, __ATOMIC_RELAXED);
    d->driver = driver_for(d->id);
    if (!d->driver)
        return 0;
    error = negotiate(d);
    if (!error)
        error = d->driver->probe(d);
    if (error) {
        log_warning("virtio%u (%s, %s): error %d\n", d->number, d->driver->name,
                    d->transport->name, -error);
        add_status(d, VIRTIO_STATUS_FAILED);
    }
    return error;
}

void virtio_ready(struct virtio_device *d)
{
    add_status(d, VIRTIO_STATUS_DRIVER_OK);
}

void virtio_interrupt(struct virtio_device *d)
{
    u16 n = __atomic_load_n(&d->queue_count, __ATOMIC_ACQUIRE);

    for (u16 i = 0; i < n; i++) {
        struct virtqueue *vq = d->queues[i];

        if (vq->callback && READ_ONCE(vq->used->idx) != vq->last_used)
            vq->callback(vq);
    }
}

void virtio_config_interrupt(struct virtio_device *d)
{
    if (__atomic_load_n(&d->queue_count, __ATOMIC_ACQUIRE) &&
        d->driver->config_changed)
        d->driver->config_changed(d);
}

void virtio_config(struct virtio_device *d, u32 offset, void *to, u32 size)
{
    u32 before, tries = 0;

    do {
        before = d->transport->generation(d);
        d->transport->read_config(d, offset, to, size);
    } while (d->transport->generation(d) != before && tries++ < 100);
}

static u16 power_of_two_below(u16 n)
{
    u16 p = 1;

    while (p <= n / 2)
        p *= 2;
    return p;
}

static struct virtqueue *queue_create(struct virtio_device *d, u16 index,
                                      u16 size)
{
    u16 most = d->transport->queue_max(d, index);
    struct virtqueue *vq;
    struct virtqueue_chain *chains;
    u16 *next;

    if (!most)
        return ERR_PTR(-ENOENT);
    size = power_of_two_below(min(size, most));
    vq = kzalloc(sizeof(*vq), ALLOC_KERNEL);
    chains = kmalloc(sizeof(*chains) * size, ALLOC_KERNEL);
    next = kmalloc(sizeof(*next) * size, ALLOC_KERNEL);
    if (vq)
        vq->memory = kzalloc(virtqueue_bytes(size), ALLOC_KERNEL);
    if (!vq || !vq->memory || !chains || !next) {
        if (vq)
            kfree(vq->memory);
        kfree(vq);
        kfree(chains);
        kfree(next);
        return ERR_PTR(-ENOMEM);
    }
    vq->device = d;
    vq->index = index;
    vq->notify = d->transport->notify;
    virtqueue_init(vq, size, virtio_has(d, VIRTIO_F_EVENT_IDX), vq->memory,
                   chains, next);
    return vq;
}

static void queue_destroy(struct virtqueue *vq)
{
    kfree(vq->memory);
    kfree(vq->chains);
    kfree(vq->next);
    kfree(vq);
}

int virtio_setup_queues(struct virtio_device *d, u16 n, u16 size,
                        void (*callback)(struct virtqueue *vq))
{
    struct virtqueue **queues =
        kmalloc_array(n, sizeof(queues[0]), ALLOC_KERNEL);
    int error = 0;
    u16 i;

    if (!queues)
        return -ENOMEM;
    for (i = 0; i < n; i++) {
        queues[i] = queue_create(d, i, size);
        if (IS_ERR(queues[i])) {
            error = (int)PTR_ERR(queues[i]);
            break;
        }
        queues[i]->callback = callback;
        error = d->transport->queue_start(d, queues[i]);
        if (error) {
            queue_destroy(queues[i]);
            break;
        }
    }
    if (error) {
        /* The device must let go of the rings before they are freed. */
        d->transport->set_status(d, 0);
        while (i-- > 0)
            queue_destroy(queues[i]);
        kfree(queues);
        return error;
    }
    d->queues = queues;
    __atomic_store_n(&d->queue_count, n, __ATOMIC_RELEASE);
    return 0;
}
