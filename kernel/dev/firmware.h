/*
 * What the firmware says about devices: the devicetree or ACPI's tables, read
 * once more (the port has read what it needs itself). Start-up only; may sleep.
 */
#ifndef DEV_FIRMWARE_H
#define DEV_FIRMWARE_H

#include "arch/arch.h"
#include "lib/types.h"

/* Each virtio device over MMIO: `line` is for arch_irq_map_wired(). */
void firmware_for_each_virtio_mmio(void (*fn)(paddr_t base, u64 size, u32 line,
                                              bool level, bool active_low));

#define PCI_WINDOWS 4
struct pci_window { /* memory that a host bridge passes on */
    u64 cpu;        /* physical address */
    u64 bus;        /* what BARs hold for it */
    u64 size;
    bool wide; /* for 64-bit BARs only */
};
struct pci_host_description {
    paddr_t ecam; /* configuration space of first_bus */
    u16 segment;
    u8 first_bus, last_bus;
    u32 window_count;
    struct pci_window windows[PCI_WINDOWS];
};
void firmware_for_each_pci_host(
    void (*fn)(const struct pci_host_description *d));

#endif
