/*
 * PCI: finding devices, their registers and their interrupts.
 *
 * All is found once, at start: hosts come from the firmware (ECAM), or from the
 * ports 0xcf8 and 0xcfc of a PC. BARs that the firmware left alone are placed
 * in the host's windows. MSI-X only. The structures live for ever.
 *
 * config_lock (in pci.c) guards accesses through the ports.
 */
#ifndef DEV_PCI_H
#define DEV_PCI_H

#include "core/irq.h"
#include "dev/firmware.h"
#include "lib/list.h"

struct pci_host {
    struct pci_host_description d; /* d.windows: what is left of them */
    bool ports;                    /* 0xcf8, not ECAM */
    u8 *buses[256];                /* mapped configuration spaces, on demand */
};

struct pci_bar {
    paddr_t address; /* as the CPU sees it; 0: none */
    u64 size;
};

struct pci_device {
    struct pci_host *host;
    u8 bus, slot, function;
    u16 vendor, device;
    u32 class; /* class, subclass, interface */
    struct pci_bar bars[6];
    u8 msix;        /* offset of the capability, 0: none */
    u16 msix_count; /* entries of its table */
    u8 *msix_table; /* mapped, once used */
    struct list_head link;
};

struct pci_driver {
    bool (*match)(const struct pci_device *d);
    int (*probe)(struct pci_device *d);
};
extern const struct pci_driver virtio_pci_driver;

u32 pci_read(const struct pci_device *d, u32 offset, u32 size); /* 1, 2, 4 */
void pci_write(const struct pci_device *d, u32 offset, u32 size, u32 value);
/* The next capability of that id behind `after` (0: the first); 0: none. */
u8 pci_find_capability(const struct pci_device *d, u8 after, u8 id);
/* Memory accesses and DMA on. */
void pci_enable(struct pci_device *d);
/* Part of a BAR, mapped; NULL if it is not inside one of memory. */
void *pci_map_bar(const struct pci_device *d, u32 bar, u64 offset, u64 size);
/* MSI-X entry `index` calls `action`; 0 or errno. */
int pci_msix_request(struct pci_device *d, u16 index,
                     struct irq_action *action);
/* Switches MSI-X on, after the entries were requested. */
void pci_msix_enable(struct pci_device *d);

#endif
