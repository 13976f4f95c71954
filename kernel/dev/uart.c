#include "dev/uart.h"

#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"

#define POLL_INTERVAL (10 * NS_PER_MSEC)
/* How often the log's console looks for room before it gives up on a byte. */
#define LOG_PATIENCE 200000

static inline struct uart *uart_of(struct serial_port *p)
{
    return container_of(p, struct uart, port);
}

/* Fill the transmitter from the ring; lock held. */
static void uart_push(struct uart *u)
{
    bool more;

    while (!ring_empty(&u->out) && u->ops->can_send(u)) {
        u->ops->send(u, (u8)ring_get_byte(&u->out));
        u->port.sent++;
    }
    more = !ring_empty(&u->out);
    if (more != u->sending && u->irq_number != ~0u) {
        u->sending = more;
        u->ops->interrupts(u, u->receiving && !u->throttled, more);
    }
}

/* Lock held: read what has arrived behind what is held already. */
static void uart_collect(struct uart *u)
{
    int c;

    while (u->held_count < UART_PIECE && (c = u->ops->receive(u)) >= 0)
        if (c != UART_BREAK)
            u->held[u->held_count++] = (u8)c;
}

/* Move what has arrived to the client, in pieces. Lock not held. */
static void uart_pull(struct uart *u)
{
    unsigned long flags = spin_lock_irqsave(&u->lock);

    u->pull_again = true;
    while (u->pull_again && !u->pulling) {
        u8 bytes[UART_PIECE];
        size_t n, taken;

        uart_collect(u);
        n = u->held_count;
        if (n == 0 || u->throttled)
            break;
        u->pulling = true;
        u->pull_again = n == UART_PIECE;
        memcpy(bytes, u->held, n);
        spin_unlock_irqrestore(&u->lock, flags);
        taken = serial_port_receive(&u->port, bytes, n);
        flags = spin_lock_irqsave(&u->lock);
        u->pulling = false;
        u->held_count -= (u32)taken;
        memmove(u->held, u->held + taken, u->held_count);
        if (taken < n) {
            u->throttled = true;
            u->ops->interrupts(u, false, u->sending);
        }
    }
    spin_unlock_irqrestore(&u->lock, flags);
}

static void uart_unthrottle(struct serial_port *p)
{
    struct uart *u = uart_of(p);
    unsigned long flags = spin_lock_irqsave(&u->lock);
    bool was = u->throttled;

    u->throttled = false;
    if (was)
        u->ops->interrupts(u, u->receiving, u->sending);
    spin_unlock_irqrestore(&u->lock, flags);
    if (was)
        uart_pull(u);
}

static void uart_service(struct uart *u)
{
    unsigned long flags = spin_lock_irqsave(&u->lock);
    bool room;

    if (u->ops->acknowledge)
        u->ops->acknowledge(u);
    spin_unlock_irqrestore(&u->lock, flags);
    if (u->receiving)
        uart_pull(u);
    flags = spin_lock_irqsave(&u->lock);
    uart_push(u);
    room = ring_free(&u->out) >= UART_RING / 2;
    spin_unlock_irqrestore(&u->lock, flags);
    if (room)
        serial_port_room(&u->port);
}

static void uart_interrupt(struct irq_action *action)
{
    uart_service(container_of(action, struct uart, irq));
}

static void uart_poll(struct timer *t)
{
    struct uart *u = container_of(t, struct uart, poll);

    uart_service(u);
    if (u->receiving || !ring_empty(&u->out))
        timer_start(t, time_monotonic() + POLL_INTERVAL);
}

static int uart_start(struct serial_port *p)
{
    struct uart *u = uart_of(p);
    unsigned long flags = spin_lock_irqsave(&u->lock);

    u->receiving = true;
    u->throttled = false;
    u->ops->interrupts(u, true, u->sending);
    spin_unlock_irqrestore(&u->lock, flags);
    if (u->irq_number == ~0u)
        timer_start(&u->poll, time_monotonic() + POLL_INTERVAL);
    else
        uart_pull(u);
    return 0;
}

static void uart_stop(struct serial_port *p)
{
    struct uart *u = uart_of(p);
    unsigned long flags = spin_lock_irqsave(&u->lock);

    u->receiving = false;
    u->ops->interrupts(u, false, u->sending);
    spin_unlock_irqrestore(&u->lock, flags);
}

static size_t uart_write(struct serial_port *p, const u8 *data, size_t n)
{
    struct uart *u = uart_of(p);
    unsigned long flags = spin_lock_irqsave(&u->lock);

    n = ring_put(&u->out, data, n);
    uart_push(u);
    spin_unlock_irqrestore(&u->lock, flags);
    if (u->irq_number == ~0u)
        timer_start(&u->poll, time_monotonic() + NS_PER_MSEC);
    return n;
}

static size_t uart_room(struct serial_port *p)
{
    return ring_free(&uart_of(p)->out);
}

static size_t uart_queued(struct serial_port *p)
{
    return ring_used(&uart_of(p)->out);
}

static void uart_flush(struct serial_port *p)
{
    struct uart *u = uart_of(p);
    unsigned long flags = spin_lock_irqsave(&u->lock);

    ring_reset(&u->out);
    spin_unlock_irqrestore(&u->lock, flags);
}

static const struct serial_ops uart_serial_ops = {
    .start = uart_start,
    .stop = uart_stop,
    .write = uart_write,
    .room = uart_room,
    .queued = uart_queued,
    .flush = uart_flush,
    .unthrottle = uart_unthrottle,
};

static void uart_put_waiting(struct uart *u, u8 c)
{
    for (unsigned i = 0; i < LOG_PATIENCE && !u->ops->can_send(u); i++)
        arch_cpu_relax();
    u->ops->send(u, c);
}

/*
 * The log's console waits for the hardware: a message is out when the call
 * returns, so that the last words before a crash are seen. Bytes of the
 * terminal that are queued go first, in order.
 */
static void uart_log_write(struct log_console *c, const char *text, size_t n)
{
    struct uart *u = container_of(c, struct uart, log);
    unsigned long flags = 0;
    bool locked = false;

    /* A CPU that was stopped in a panic may hold the lock for ever. */
    for (unsigned i = 0; i < LOG_PATIENCE && !locked; i++) {
        locked = spin_trylock_irqsave(&u->lock, &flags);
        if (!locked)
            arch_cpu_relax();
    }
    while (locked && !ring_empty(&u->out))
        uart_put_waiting(u, (u8)ring_get_byte(&u->out));
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n')
            uart_put_waiting(u, '\r');
        uart_put_waiting(u, (u8)text[i]);
    }
    if (locked) {
        uart_push(u);
        spin_unlock_irqrestore(&u->lock, flags);
    }
}

int uart_register(struct uart *u, u32 irq_line, bool level, bool active_low)
{
    int irq, error;

    u->buffer = kmalloc(UART_RING, ALLOC_KERNEL);
    if (!u->buffer)
        return -ENOMEM;
    ring_init(&u->out, u->buffer, UART_RING);
    spin_init(&u->lock, "uart");
    timer_setup(&u->poll, uart_poll);
    u->irq_number = ~0u;
    u->port.ops = &uart_serial_ops;
    u->port.console = console_is_wanted(u->port.family, u->port.index);
    u->ops->interrupts(u, false, false);
    if (u->port.console) {
        u->log.write = uart_log_write;
        u->log.replaces_early = true;
        log_console_register(&u->log);
    }
    irq = irq_line == ~0u ? -ENOENT
                          : arch_irq_map_wired(irq_line, level, active_low);
    if (irq >= 0) {
        u->irq.handler = uart_interrupt;
        u->irq.name = u->port.family;
        error = irq_request((u32)irq, &u->irq);
        if (!error)
            u->irq_number = (u32)irq;
    }
    if (u->irq_number == ~0u)
        log_info("%s%u: no interrupt, polling\n", u->port.family,
                 u->port.index);
    serial_port_register(&u->port);
    return 0;
}
