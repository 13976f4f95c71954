/* MSI-X (PCI Local Bus 3.0, 6.8.2). */
#include "dev/pci.h"

#include "arch/arch.h"
#include "lib/errno.h"

#define MSIX_CONTROL 2
#define MSIX_TABLE   4
#define CONTROL_ON   0x8000u
#define CONTROL_MASK 0x4000u
#define ENTRY_SIZE   16u
#define ENTRY_DATA   8
#define ENTRY_VECTOR 12 /* bit 0: masked */

static int map_table(struct pci_device *d)
{
    u32 where = pci_read(d, d->msix + MSIX_TABLE, 4);

    if (!d->msix_table)
        d->msix_table = pci_map_bar(d, where & 7, where & ~7u,
                                    (u64)d->msix_count * ENTRY_SIZE);
    return d->msix_table ? 0 : -ENXIO;
}

int pci_msix_request(struct pci_device *d, u16 index, struct irq_action *action)
{
    u32 requester = (u32)d->bus << 8 | (u32)d->slot << 3 | d->function;
    u64 address;
    u32 data;
    u8 *entry;
    int irq, error;

    if (!d->msix || index >= d->msix_count)
        return -ENXIO;
    error = map_table(d);
    if (error)
        return error;
    irq = arch_irq_alloc_msi(requester, 0, &address, &data);
    if (irq < 0)
        return irq;
    error = irq_request((u32)irq, action);
    if (error) {
        arch_irq_free_msi((u32)irq);
        return error;
    }
    entry = d->msix_table + index * ENTRY_SIZE;
    arch_mmio_write32(entry, (u32)address);
    arch_mmio_write32(entry + 4, (u32)(address >> 32));
    arch_mmio_write32(entry + ENTRY_DATA, data);
    arch_mmio_write32(entry + ENTRY_VECTOR, 0);
    return 0;
}

void pci_msix_enable(struct pci_device *d)
{
    u32 control = pci_read(d, d->msix + MSIX_CONTROL, 2);

    pci_write(d, d->msix + MSIX_CONTROL, 2,
              (control & ~CONTROL_MASK) | CONTROL_ON);
}
