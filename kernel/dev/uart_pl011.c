/*
 * Arm PrimeCell UART PL011 (DDI 0183).
 */
#include "arch/arch.h"
#include "core/init.h"
#include "core/slab.h"
#include "dev/uart.h"
#include "lib/errno.h"

#define REG_DATA    0x00
#define REG_FLAGS   0x18
#define REG_LINE    0x2c
#define REG_CONTROL 0x30
#define REG_LEVELS  0x34 /* FIFO levels that interrupt */
#define REG_MASK    0x38 /* 1: interrupt enabled */
#define REG_CLEAR   0x44

#define DATA_BREAK   0x400u
#define FLAG_RX_NONE 0x10u
#define FLAG_TX_FULL 0x20u
#define FLAG_TX_NONE 0x80u
#define LINE_8BITS   0x60u
#define LINE_FIFO    0x10u
#define CONTROL_ON   0x301u /* UART, receiver and transmitter */
#define INT_RECEIVE  0x10u
#define INT_SEND     0x20u
#define INT_TIMEOUT  0x40u /* something lies in the FIFO */
#define INT_ALL      0x7ffu
#define FIFO_SIZE    16

static struct uart uart;

static u32 reg_read(const struct uart *u, u32 reg)
{
    return arch_mmio_read32((void *)(u->base + reg));
}

static void reg_write(const struct uart *u, u32 reg, u32 value)
{
    arch_mmio_write32((void *)(u->base + reg), value);
}

static bool pl011_can_send(struct uart *u)
{
    return !(reg_read(u, REG_FLAGS) & FLAG_TX_FULL);
}

static bool pl011_is_empty(struct uart *u)
{
    return reg_read(u, REG_FLAGS) & FLAG_TX_NONE;
}

static void pl011_send(struct uart *u, u8 c)
{
    reg_write(u, REG_DATA, c);
}

static int pl011_receive(struct uart *u)
{
    u32 c;

    if (reg_read(u, REG_FLAGS) & FLAG_RX_NONE)
        return -1;
    c = reg_read(u, REG_DATA);
    return c & DATA_BREAK ? UART_BREAK : (int)(c & 0xff);
}

static void pl011_interrupts(struct uart *u, bool receive, bool send)
{
    reg_write(u, REG_MASK,
              (receive ? INT_RECEIVE | INT_TIMEOUT : 0) |
                  (send ? INT_SEND : 0));
}

static void pl011_acknowledge(struct uart *u)
{
    reg_write(u, REG_CLEAR, INT_SEND | INT_TIMEOUT);
}

static const struct uart_ops pl011_ops = {
    .can_send = pl011_can_send,
    .send = pl011_send,
    .fifo = FIFO_SIZE,
    .is_empty = pl011_is_empty,
    .receive = pl011_receive,
    .interrupts = pl011_interrupts,
    .acknowledge = pl011_acknowledge,
};

static int pl011_init(void)
{
    const struct boot_uart *b = &boot_info()->uart;
    struct uart *u = &uart;

    if (b->kind != UART_PL011)
        return 0;
    u->base = (u64)vmap_device(b->base, PAGE_SIZE, false);
    if (!u->base)
        return -ENOMEM;
    u->mmio = true;
    u->ops = &pl011_ops;
    u->port.family = "ttyAMA";
    u->port.major = 204;
    u->port.minor = 64;
    u->port.baud = 9600;
    reg_write(u, REG_LINE, LINE_8BITS | LINE_FIFO);
    reg_write(u, REG_CONTROL, CONTROL_ON);
    reg_write(u, REG_LEVELS, 0); /* 1/8 full, 1/8 left */
    reg_write(u, REG_CLEAR, INT_ALL);
    return uart_register(u, b->irq_line, b->irq_level, b->irq_active_low);
}
INITCALL(bus, pl011_init);
