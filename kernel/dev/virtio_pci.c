/*
 * Virtio over PCI (virtio 1.2, 4.1), without the legacy interface. Two MSI-X
 * vectors: one for configuration changes, one for all queues.
 */
#include "core/log.h"
#include "core/slab.h"
#include "dev/pci.h"
#include "dev/virtio.h"
#include "lib/errno.h"

#define CAP_VENDOR     9
#define CAP_TYPE       3 /* offsets in struct virtio_pci_cap */
#define CAP_BAR        4
#define CAP_OFFSET     8
#define CAP_LENGTH     12
#define CAP_MULTIPLIER 16
#define VECTOR_CONFIG  0
#define VECTOR_QUEUES  1

struct virtio_pci {
    struct virtio_device virtio;
    struct pci_device *pci;
    struct virtio_pci_common *common; /* registers */
    u8 *config, *notify;
    u32 config_size, notify_size, multiplier;
    struct irq_action config_irq, queue_irq;
};

static inline struct virtio_pci *pci_of(struct virtio_device *d)
{
    return container_of(d, struct virtio_pci, virtio);
}

#define READ32(d, field)     arch_mmio_read32(&pci_of(d)->common->field)
#define READ16(d, field)     arch_mmio_read16(&pci_of(d)->common->field)
#define READ8(d, field)      arch_mmio_read8(&pci_of(d)->common->field)
#define WRITE32(d, field, v) arch_mmio_write32(&pci_of(d)->common->field, v)
#define WRITE16(d, field, v) arch_mmio_write16(&pci_of(d)->common->field, v)

static u64 vpci_features(struct virtio_device *d)
{
    u64 low;

    WRITE32(d, device_feature_select, 0);
    low = READ32(d, device_feature);
    WRITE32(d, device_feature_select, 1);
    return low | (u64)READ32(d, device_feature) << 32;
}

static void vpci_set_features(struct virtio_device *d, u64 features)
{
    WRITE32(d, driver_feature_select, 0);
    WRITE32(d, driver_feature, (u32)features);
    WRITE32(d, driver_feature_select, 1);
    WRITE32(d, driver_feature, (u32)(features >> 32));
}

static u8 vpci_status(struct virtio_device *d)
{
    return READ8(d, device_status);
}

static void vpci_set_status(struct virtio_device *d, u8 status)
{
    arch_mmio_write8(&pci_of(d)->common->device_status, status);
}

static void vpci_read_config(struct virtio_device *d, u32 offset, void *to,
                             u32 size)
{
    struct virtio_pci *p = pci_of(d);
    u8 *out = to;

    for (u32 i = 0; i < size; i++)
        out[i] = offset + i < p->config_size
                     ? arch_mmio_read8(p->config + offset + i)
                     : 0;
}

static u32 vpci_generation(struct virtio_device *d)
{
    return READ8(d, config_generation);
}

static u16 vpci_queue_max(struct virtio_device *d, u16 index)
{
    if (index >= READ16(d, num_queues))
        return 0;
    WRITE16(d, queue_select, index);
    return READ16(d, queue_size);
}

static int vpci_queue_start(struct virtio_device *d, struct virtqueue *vq)
{
    struct virtio_pci *p = pci_of(d);
    u64 desc = arch_virt_to_phys(vq->desc),
        avail = arch_virt_to_phys(vq->avail),
        used = arch_virt_to_phys(vq->used), offset;

    WRITE16(d, config_msix_vector, VECTOR_CONFIG); /* cleared by the reset */
    WRITE16(d, queue_select, vq->index);
    WRITE16(d, queue_size, vq->size);
    WRITE16(d, queue_msix_vector, VECTOR_QUEUES);
    if (READ16(d, queue_msix_vector) != VECTOR_QUEUES)
        return -EBUSY;
    WRITE32(d, queue_desc_lo, (u32)desc);
    WRITE32(d, queue_desc_hi, (u32)(desc >> 32));
    WRITE32(d, queue_driver_lo, (u32)avail);
    WRITE32(d, queue_driver_hi, (u32)(avail >> 32));
    WRITE32(d, queue_device_lo, (u32)used);
    WRITE32(d, queue_device_hi, (u32)(used >> 32));
    offset = (u64)READ16(d, queue_notify_off) * p->multiplier;
    if (offset + 2 > p->notify_size)
        return -EINVAL;
    vq->transport = p->notify + offset;
    WRITE16(d, queue_enable, 1);
    return 0;
}

static void vpci_notify(struct virtqueue *vq)
{
    arch_mmio_write16(vq->transport, vq->index);
}

static const struct virtio_transport vpci_transport = {
    .name = "pci",
    .features = vpci_features,
    .set_features = vpci_set_features,
    .status = vpci_status,
    .set_status = vpci_set_status,
    .read_config = vpci_read_config,
    .generation = vpci_generation,
    .queue_max = vpci_queue_max,
    .queue_start = vpci_queue_start,
    .notify = vpci_notify,
};

static void config_interrupt(struct irq_action *action)
{
    virtio_config_interrupt(
        &container_of(action, struct virtio_pci, config_irq)->virtio);
}

static void queue_interrupt(struct irq_action *action)
{
    virtio_interrupt(
        &container_of(action, struct virtio_pci, queue_irq)->virtio);
}

/* Where a capability points to, mapped; NULL: not there or nonsense. */
static void *map_capability(struct pci_device *d, u8 type, u32 least,
                            u32 *size_out, u8 *cap_out)
{
    u8 cap = 0;

    while ((cap = pci_find_capability(d, cap, CAP_VENDOR))) {
        u32 bar = pci_read(d, cap + CAP_BAR, 1);
        u32 offset = pci_read(d, cap + CAP_OFFSET, 4);
        u32 size = pci_read(d, cap + CAP_LENGTH, 4);
        void *p;

        if (pci_read(d, cap + CAP_TYPE, 1) != type || size < least)
            continue;
        p = pci_map_bar(d, bar, offset, size);
        if (!p)
            continue;
        *size_out = size;
        *cap_out = cap;
        return p;
    }
    return NULL;
}

static bool vpci_match(const struct pci_device *d)
{
    /* 0x1000..0x103f are transitional devices, which have the new interface
     * too, unless they are legacy ones. */
    return d->vendor == VIRTIO_PCI_VENDOR && d->device >= 0x1000 &&
           d->device <= VIRTIO_PCI_MODERN + 0x3f;
}

static u32 device_type(const struct pci_device *d)
{
    if (d->device >= VIRTIO_PCI_MODERN)
        return d->device - VIRTIO_PCI_MODERN;
    return pci_read(d, 0x2e, 2); /* transitional: the subsystem id */
}

static int map_all(struct virtio_pci *p)
{
    u32 size;
    u8 cap;

    p->common = map_capability(p->pci, VIRTIO_PCI_CAP_COMMON,
                               sizeof(*p->common), &size, &cap);
    p->notify =
        map_capability(p->pci, VIRTIO_PCI_CAP_NOTIFY, 2, &p->notify_size, &cap);
    if (!p->common || !p->notify)
        return -ENODEV;
    p->multiplier = pci_read(p->pci, cap + CAP_MULTIPLIER, 4);
    p->config =
        map_capability(p->pci, VIRTIO_PCI_CAP_DEVICE, 1, &p->config_size, &cap);
    if (!p->config)
        p->config_size = 0;
    return 0;
}

static int vpci_probe(struct pci_device *d)
{
    struct virtio_pci *p = kzalloc(sizeof(*p), ALLOC_KERNEL);
    int error;

    if (!p)
        return -ENOMEM;
    p->pci = d;
    p->virtio.id = device_type(d);
    p->virtio.transport = &vpci_transport;
    pci_enable(d);
    error = map_all(p);
    if (error)
        goto out;
    p->config_irq.handler = config_interrupt;
    p->config_irq.name = "virtio-config";
    p->queue_irq.handler = queue_interrupt;
    p->queue_irq.name = "virtio-queues";
    error = pci_msix_request(d, VECTOR_CONFIG, &p->config_irq);
    if (!error)
        error = pci_msix_request(d, VECTOR_QUEUES, &p->queue_irq);
    if (error) {
        log_warning("virtio-pci %02x:%02x.%u: no interrupts: %d\n", d->bus,
                    d->slot, d->function, -error);
        return error;
    }
    pci_msix_enable(d);
    return virtio_device_add(&p->virtio);
out:
    kfree(p);
    return error;
}

const struct pci_driver virtio_pci_driver = {
    .match = vpci_match,
    .probe = vpci_probe,
};
