/*
 * Virtio 1.2 (OASIS), as far as it is used here. All fields are little-endian,
 * which both architectures are.
 */
#ifndef DEV_VIRTIO_SPEC_H
#define DEV_VIRTIO_SPEC_H

#include "lib/compiler.h"
#include "lib/types.h"

/* 5: device types */
#define VIRTIO_ID_NET     1
#define VIRTIO_ID_BLOCK   2
#define VIRTIO_ID_CONSOLE 3
#define VIRTIO_ID_RNG     4
#define VIRTIO_ID_BALLOON 5

/* 2.1: device status */
#define VIRTIO_STATUS_ACKNOWLEDGE 1
#define VIRTIO_STATUS_DRIVER      2
#define VIRTIO_STATUS_DRIVER_OK   4
#define VIRTIO_STATUS_FEATURES_OK 8
#define VIRTIO_STATUS_NEEDS_RESET 64
#define VIRTIO_STATUS_FAILED      128

/* 6: reserved feature bits */
#define VIRTIO_F_INDIRECT_DESC BIT_ULL(28)
#define VIRTIO_F_EVENT_IDX     BIT_ULL(29)
#define VIRTIO_F_VERSION_1     BIT_ULL(32)

/* 2.7: split virtqueues */
struct vring_desc {
    u64 addr; /* physical */
    u32 len;
    u16 flags; /* VRING_DESC_* */
    u16 next;
};
_Static_assert(sizeof(struct vring_desc) == 16, "virtio 1.2, 2.7.5");
#define VRING_DESC_NEXT     1
#define VRING_DESC_WRITE    2 /* by the device */
#define VRING_DESC_INDIRECT 4

struct vring_avail {
    u16 flags;
    u16 idx;
    u16 ring[]; /* size entries, then used_event */
};
#define VRING_AVAIL_NO_INTERRUPT 1

struct vring_used_elem {
    u32 id;
    u32 len; /* bytes written */
};
struct vring_used {
    u16 flags;
    u16 idx;
    struct vring_used_elem ring[]; /* size entries, then avail_event */
};
#define VRING_USED_NO_NOTIFY 1

/* 4.1.4: PCI capabilities (cap_vndr 9) */
#define VIRTIO_PCI_CAP_COMMON 1
#define VIRTIO_PCI_CAP_NOTIFY 2
#define VIRTIO_PCI_CAP_ISR    3
#define VIRTIO_PCI_CAP_DEVICE 4
struct virtio_pci_common { /* offsets of 4.1.4.3 */
    u32 device_feature_select, device_feature;
    u32 driver_feature_select, driver_feature;
    u16 config_msix_vector, num_queues;
    u8 device_status, config_generation;
    u16 queue_select, queue_size, queue_msix_vector, queue_enable,
        queue_notify_off;
    u32 queue_desc_lo, queue_desc_hi, queue_driver_lo, queue_driver_hi,
        queue_device_lo, queue_device_hi;
};
_Static_assert(sizeof(struct virtio_pci_common) == 56, "virtio 1.2, 4.1.4.3");
#define VIRTIO_PCI_VENDOR 0x1af4
#define VIRTIO_PCI_MODERN 0x1040 /* device id minus this: the type */
#define VIRTIO_NO_VECTOR  0xffff
#define VIRTIO_ISR_QUEUE  1
#define VIRTIO_ISR_CONFIG 2

/* 4.2.2: registers of virtio over MMIO */
#define VIRTIO_MMIO_MAGIC           0x000
#define VIRTIO_MMIO_VERSION         0x004
#define VIRTIO_MMIO_DEVICE_ID       0x008
#define VIRTIO_MMIO_DEVICE_FEATURES 0x010
#define VIRTIO_MMIO_DEVICE_SELECT   0x014
#define VIRTIO_MMIO_DRIVER_FEATURES 0x020
#define VIRTIO_MMIO_DRIVER_SELECT   0x024
#define VIRTIO_MMIO_QUEUE_SELECT    0x030
#define VIRTIO_MMIO_QUEUE_MAX       0x034
#define VIRTIO_MMIO_QUEUE_SIZE      0x038
#define VIRTIO_MMIO_QUEUE_READY     0x044
#define VIRTIO_MMIO_QUEUE_NOTIFY    0x050
#define VIRTIO_MMIO_ISR             0x060
#define VIRTIO_MMIO_ACK             0x064
#define VIRTIO_MMIO_STATUS          0x070
#define VIRTIO_MMIO_DESC            0x080 /* low, high */
#define VIRTIO_MMIO_DRIVER          0x090
#define VIRTIO_MMIO_DEVICE          0x0a0
#define VIRTIO_MMIO_GENERATION      0x0fc
#define VIRTIO_MMIO_CONFIG          0x100
#define VIRTIO_MMIO_MAGIC_VALUE     0x74726976

/* 5.3: console */
#define VIRTIO_CONSOLE_F_SIZE      BIT_ULL(0)
#define VIRTIO_CONSOLE_F_MULTIPORT BIT_ULL(1)
struct virtio_console_config {
    u16 cols, rows;
    u32 max_ports;
    u32 emergency_write;
};
struct virtio_console_control {
    u32 id;
    u16 event;
    u16 value;
};
_Static_assert(sizeof(struct virtio_console_control) == 8, "virtio 1.2, 5.3");
enum {
    CONSOLE_DEVICE_READY,
    CONSOLE_DEVICE_ADD,
    CONSOLE_DEVICE_REMOVE,
    CONSOLE_PORT_READY,
    CONSOLE_CONSOLE_PORT,
    CONSOLE_RESIZE,
    CONSOLE_PORT_OPEN,
    CONSOLE_PORT_NAME
};

#endif
