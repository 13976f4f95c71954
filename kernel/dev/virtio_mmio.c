/*
 * Virtio over MMIO (virtio 1.2, 4.2): devices of the devicetree, of ACPI
 * (LNRO0005), or of the command line (virtio_mmio.device=SIZE@BASE:IRQ).
 */
#include "core/init.h"
#include "core/log.h"
#include "core/slab.h"
#include "dev/firmware.h"
#include "dev/virtio.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/string.h"

struct mmio_device {
    struct virtio_device virtio;
    u8 *registers;
    paddr_t base;
    struct irq_action irq;
};

static inline struct mmio_device *mmio_of(struct virtio_device *d)
{
    return container_of(d, struct mmio_device, virtio);
}

static u32 reg_read(struct virtio_device *d, u32 offset)
{
    return arch_mmio_read32(mmio_of(d)->registers + offset);
}

static void reg_write(struct virtio_device *d, u32 offset, u32 value)
{
    arch_mmio_write32(mmio_of(d)->registers + offset, value);
}

static u64 mmio_features(struct virtio_device *d)
{
    u64 low;

    reg_write(d, VIRTIO_MMIO_DEVICE_SELECT, 0);
    low = reg_read(d, VIRTIO_MMIO_DEVICE_FEATURES);
    reg_write(d, VIRTIO_MMIO_DEVICE_SELECT, 1);
    return low | (u64)reg_read(d, VIRTIO_MMIO_DEVICE_FEATURES) << 32;
}

static void mmio_set_features(struct virtio_device *d, u64 features)
{
    reg_write(d, VIRTIO_MMIO_DRIVER_SELECT, 0);
    reg_write(d, VIRTIO_MMIO_DRIVER_FEATURES, (u32)features);
    reg_write(d, VIRTIO_MMIO_DRIVER_SELECT, 1);
    reg_write(d, VIRTIO_MMIO_DRIVER_FEATURES, (u32)(features >> 32));
}

static u8 mmio_status(struct virtio_device *d)
{
    return (u8)reg_read(d, VIRTIO_MMIO_STATUS);
}

static void mmio_set_status(struct virtio_device *d, u8 status)
{
    reg_write(d, VIRTIO_MMIO_STATUS, status);
}

/* Fields of the configuration are read at their own size; bytes always work. */
static void mmio_read_config(struct virtio_device *d, u32 offset, void *to,
                             u32 size)
{
    u8 *registers = mmio_of(d)->registers + VIRTIO_MMIO_CONFIG + offset;

    if (size == 4 && offset % 4 == 0) {
        *(u32 *)to = arch_mmio_read32(registers);
        return;
    }
    if (size == 2 && offset % 2 == 0) {
        *(u16 *)to = arch_mmio_read16(registers);
        return;
    }
    for (u32 i = 0; i < size; i++)
        ((u8 *)to)[i] = arch_mmio_read8(registers + i);
}

static u32 mmio_generation(struct virtio_device *d)
{
    return reg_read(d, VIRTIO_MMIO_GENERATION);
}

static u16 mmio_queue_max(struct virtio_device *d, u16 index)
{
    u32 most;

    reg_write(d, VIRTIO_MMIO_QUEUE_SELECT, index);
    most = reg_read(d, VIRTIO_MMIO_QUEUE_MAX);
    return most > 32768 ? 32768 : (u16)most;
}

static void write_address(struct virtio_device *d, u32 offset, const void *p)
{
    u64 address = arch_virt_to_phys(p);

    reg_write(d, offset, (u32)address);
    reg_write(d, offset + 4, (u32)(address >> 32));
}

static int mmio_queue_start(struct virtio_device *d, struct virtqueue *vq)
{
    reg_write(d, VIRTIO_MMIO_QUEUE_SELECT, vq->index);
    reg_write(d, VIRTIO_MMIO_QUEUE_SIZE, vq->size);
    write_address(d, VIRTIO_MMIO_DESC, vq->desc);
    write_address(d, VIRTIO_MMIO_DRIVER, vq->avail);
    write_address(d, VIRTIO_MMIO_DEVICE, vq->used);
    reg_write(d, VIRTIO_MMIO_QUEUE_READY, 1);
    vq->transport = mmio_of(d)->registers + VIRTIO_MMIO_QUEUE_NOTIFY;
    return 0;
}

static void mmio_notify(struct virtqueue *vq)
{
    arch_mmio_write32(vq->transport, vq->index);
}

static const struct virtio_transport mmio_transport = {
    .name = "mmio",
    .features = mmio_features,
    .set_features = mmio_set_features,
    .status = mmio_status,
    .set_status = mmio_set_status,
    .read_config = mmio_read_config,
    .generation = mmio_generation,
    .queue_max = mmio_queue_max,
    .queue_start = mmio_queue_start,
    .notify = mmio_notify,
};

static void mmio_interrupt(struct irq_action *action)
{
    struct mmio_device *m = container_of(action, struct mmio_device, irq);
    u32 status = reg_read(&m->virtio, VIRTIO_MMIO_ISR);

    reg_write(&m->virtio, VIRTIO_MMIO_ACK, status);
    if (status & VIRTIO_ISR_CONFIG)
        virtio_config_interrupt(&m->virtio);
    if (status & VIRTIO_ISR_QUEUE)
        virtio_interrupt(&m->virtio);
}

static void mmio_found(paddr_t base, u64 size, u32 line, bool level,
                       bool active_low)
{
    struct mmio_device *m;
    u8 *registers;
    u32 id = 0;
    int irq;

    if (size < VIRTIO_MMIO_CONFIG + 0x100)
        return;
    registers = vmap_device(base, size, false);
    if (!registers)
        return;
    if (arch_mmio_read32(registers + VIRTIO_MMIO_MAGIC) ==
            VIRTIO_MMIO_MAGIC_VALUE &&
        arch_mmio_read32(registers + VIRTIO_MMIO_VERSION) == 2)
        id = arch_mmio_read32(registers + VIRTIO_MMIO_DEVICE_ID);
    m = id ? kzalloc(sizeof(*m), ALLOC_KERNEL) : NULL;
    irq = m ? arch_irq_map_wired(line, level, active_low) : -ENODEV;
    if (irq < 0) {
        kfree(m);
        vunmap_device(registers);
        return;
    }
    m->registers = registers;
    m->base = base;
    m->virtio.id = id;
    m->virtio.transport = &mmio_transport;
    m->irq.handler = mmio_interrupt;
    m->irq.name = "virtio-mmio";
    if (irq_request((u32)irq, &m->irq) == 0)
        virtio_device_add(&m->virtio);
}

/* virtio_mmio.device=SIZE@BASE:IRQ[:ID], as Linux has it. */
static void take_option(void *ctx, const char *name, const char *value,
                        bool after_dashes)
{
    const char *end;
    u64 size, base, line;

    (void)ctx;
    if (after_dashes || !value || strcmp(name, "virtio_mmio.device") != 0)
        return;
    size = memparse(value, &end);
    if (*end != '@' || parse_u64(end + 1, &end, 0, &base) || *end != ':' ||
        parse_u64(end + 1, &end, 0, &line)) {
        log_warning("virtio_mmio.device=%s: not SIZE@BASE:IRQ\n", value);
        return;
    }
    mmio_found(base, size, (u32)line, false, false);
}

static int virtio_mmio_init(void)
{
    firmware_for_each_virtio_mmio(mmio_found);
    boot_options_for_each(take_option, NULL);
    return 0;
}
INITCALL(driver, virtio_mmio_init);
