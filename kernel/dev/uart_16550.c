/*
 * The 16550 UART, by I/O ports or in memory (TI TL16C550C data sheet).
 */
#include "arch/arch.h"
#include "core/init.h"
#include "core/slab.h"
#include "dev/uart.h"
#include "lib/errno.h"

#define REG_DATA   0 /* receive, transmit */
#define REG_ENABLE 1 /* interrupts */
#define REG_FIFO   2 /* write: FIFO control */
#define REG_LINE   3
#define REG_MODEM  4
#define REG_STATUS 5

#define ENABLE_RECEIVE 0x01
#define ENABLE_SEND    0x02
#define FIFO_ENABLE    0x01
#define FIFO_CLEAR_RX  0x02
#define LINE_8N1       0x03
#define MODEM_DTR      0x01
#define MODEM_RTS      0x02
#define MODEM_OUT2     0x08 /* lets the interrupt out */
#define STATUS_READY   0x01
#define STATUS_BREAK   0x10
#define STATUS_EMPTY   0x20 /* the transmitter's FIFO is */
#define FIFO_SIZE      16

static struct uart uart;
static u32 fifo_room; /* bytes that the FIFO still takes; uart.lock */

static u8 reg_read(const struct uart *u, u32 reg)
{
    if (u->mmio)
        return arch_mmio_read8((void *)(u->base + (reg << u->shift)));
    return arch_port_in8((u16)(u->base + reg));
}

static void reg_write(const struct uart *u, u32 reg, u8 value)
{
    if (u->mmio)
        arch_mmio_write8((void *)(u->base + (reg << u->shift)), value);
    else
        arch_port_out8((u16)(u->base + reg), value);
}

static bool ns16550_is_empty(struct uart *u)
{
    return reg_read(u, REG_STATUS) & STATUS_EMPTY;
}

/* Once it was seen empty, the FIFO takes 16 bytes without another look. */
static bool ns16550_can_send(struct uart *u)
{
    if (fifo_room == 0 && ns16550_is_empty(u))
        fifo_room = FIFO_SIZE;
    return fifo_room > 0;
}

static void ns16550_send(struct uart *u, u8 c)
{
    if (fifo_room > 0)
        fifo_room--;
    reg_write(u, REG_DATA, c);
}

static int ns16550_receive(struct uart *u)
{
    u8 status = reg_read(u, REG_STATUS), c;

    if (status == 0xff || !(status & STATUS_READY))
        return -1;
    c = reg_read(u, REG_DATA);
    return status & STATUS_BREAK ? UART_BREAK : c;
}

static void ns16550_interrupts(struct uart *u, bool receive, bool send)
{
    reg_write(u, REG_ENABLE,
              (receive ? ENABLE_RECEIVE : 0) | (send ? ENABLE_SEND : 0));
}

static const struct uart_ops ns16550_ops = {
    .can_send = ns16550_can_send,
    .send = ns16550_send,
    .fifo = FIFO_SIZE,
    .is_empty = ns16550_is_empty,
    .receive = ns16550_receive,
    .interrupts = ns16550_interrupts,
};

static int ns16550_init(void)
{
    const struct boot_uart *b = &boot_info()->uart;
    struct uart *u = &uart;

    if (b->kind != UART_16550_PORT && b->kind != UART_16550_MMIO)
        return 0;
    u->mmio = b->kind == UART_16550_MMIO;
    u->shift = b->register_shift;
    u->base = b->base;
    if (u->mmio) {
        u->base = (u64)vmap_device(b->base, 8ul << b->register_shift, false);
        if (!u->base)
            return -ENOMEM;
    } else if (!arch_has_ports()) {
        return 0;
    }
    if (reg_read(u, REG_STATUS) == 0xff)
        return 0; /* nothing answers */
    u->ops = &ns16550_ops;
    u->port.family = "ttyS";
    u->port.major = 4;
    u->port.minor = 64;
    u->port.baud = 9600;
    reg_write(u, REG_LINE, LINE_8N1);
    reg_write(u, REG_FIFO, FIFO_ENABLE | FIFO_CLEAR_RX);
    reg_write(u, REG_MODEM, MODEM_DTR | MODEM_RTS | MODEM_OUT2);
    return uart_register(u, b->irq_line, b->irq_level, b->irq_active_low);
}
INITCALL(bus, ns16550_init);
