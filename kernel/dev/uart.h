/*
 * What the UART drivers share: an output ring, the log's console, the serial
 * port, and polling where there is no interrupt.
 *
 * A chip's driver gives the operations below; all are called with uart.lock
 * held, interrupts off, and never wait for long.
 */
#ifndef DEV_UART_H
#define DEV_UART_H

#include "core/irq.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/time.h"
#include "dev/serial_port.h"
#include "lib/ring.h"

#define UART_RING  4096
#define UART_PIECE 64

struct uart;
struct uart_ops {
    bool (*can_send)(struct uart *u);   /* room for at least one byte */
    void (*send)(struct uart *u, u8 c); /* after can_send */
    u32 fifo;                           /* bytes that fit once it is empty */
    bool (*is_empty)(struct uart *u);   /* the transmitter's FIFO is */
    int (*receive)(struct uart *u);     /* a byte, or -1; UART_BREAK */
    void (*interrupts)(struct uart *u, bool receive, bool send);
    void (*acknowledge)(struct uart *u); /* of the interrupt; may be NULL */
};
#define UART_BREAK 0x100

struct uart {
    spinlock_t lock; /* registers and output; irq-safe */
    const struct uart_ops *ops;
    struct serial_port port;
    struct log_console log;
    struct irq_action irq;
    struct timer poll; /* without an interrupt */
    u32 irq_number;    /* ~0: none */
    struct ring out;
    u8 *buffer; /* owned */
    bool receiving;
    bool throttled; /* the client is full: `held` waits, receiver is silent */
    bool pulling;   /* a CPU moves bytes to the client, one at a time does */
    bool pull_again;
    bool sending; /* the transmit interrupt is on */
    u8 held[UART_PIECE];
    u32 held_count;
    u64 base; /* port number, or address of the mapped registers */
    u32 shift;
    bool mmio;
};

/* Everything but the chip's own fields and ops is set; 0 or errno. */
int uart_register(struct uart *u, u32 irq_line, bool level, bool active_low);

#endif
