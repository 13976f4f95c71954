/*
 * The early console: a PL011 (Arm DDI 0183) by polling, as firmware set it up.
 * Used for panics too, so it takes no lock: lines of several CPUs may mix, but
 * nobody waits for ever.
 */
#include "arch/aarch64/console.h"

#define PL011_DR      0x00
#define PL011_FR      0x18
#define PL011_FR_TXFF (1 << 5)
#define SPIN_LIMIT    1000000

static volatile char *pl011;

void console_init(void *registers)
{
    pl011 = registers;
}

static void put(char c)
{
    for (unsigned i = 0; i < SPIN_LIMIT; i++) {
        if (!(arch_mmio_read32(pl011 + PL011_FR) & PL011_FR_TXFF))
            break;
    }
    arch_mmio_write32(pl011 + PL011_DR, (u8)c);
}

void arch_console_early_write(const char *text, size_t n)
{
    if (!pl011)
        return;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n')
            put('\r');
        put(text[i]);
    }
}
