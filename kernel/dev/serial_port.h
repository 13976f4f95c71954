/*
 * Serial ports: what carries a terminal's bytes (a UART, a virtio console).
 *
 * A driver fills in a struct serial_port and registers it; a terminal (tty/)
 * attaches to it as its client. The driver hands over what arrives with
 * serial_port_receive() and says with serial_port_room() that output can go on.
 *
 *   driver                              client
 *   ops->write(), room(), queued()  <-  its output
 *   serial_port_receive()           ->  client->receive()
 *   serial_port_room()              ->  client->room()
 *
 * The driver calls the client from any context with no lock of its own held;
 * the client may call write() and room() from there, under its own irq-safe
 * lock. So a driver's lock, if any, is an irq-safe spinlock below the client's.
 * serial_lock (in serial_port.c) guards the list.
 */
#ifndef DEV_SERIAL_PORT_H
#define DEV_SERIAL_PORT_H

#include "lib/list.h"
#include "lib/types.h"

struct serial_port;

struct serial_ops {
    /* A terminal was opened first (closed last): receive (no more). */
    int (*start)(struct serial_port *p);
    void (*stop)(struct serial_port *p);
    /* Queue up to n bytes; how many. Any context. */
    size_t (*write)(struct serial_port *p, const u8 *data, size_t n);
    size_t (*room)(struct serial_port *p);   /* bytes write() would take */
    size_t (*queued)(struct serial_port *p); /* bytes not sent yet */
    void (*flush)(struct serial_port *p);    /* forget what is queued */
    /* The client can take input again after receive() took less than all.
     * Called without the client's lock. */
    void (*unthrottle)(struct serial_port *p);
    void (*send_break)(struct serial_port *p, bool on); /* may be NULL */
};

struct serial_client {
    /* Takes what it can; how much. */
    size_t (*receive)(struct serial_client *c, const u8 *data, size_t n);
    void (*room)(struct serial_client *c);
    void (*hangup)(struct serial_client *c); /* sleeps: called from a thread */
    void (*resize)(struct serial_client *c, u16 rows, u16 columns);
    void (*received_break)(struct serial_client *c);
};

struct serial_port {
    const char *family; /* "ttyS": literal */
    u32 index;          /* number in the name */
    u32 major, minor;
    u32 baud; /* bits/s for termios; 0: 38400 */
    u16 rows, columns;
    bool console; /* the kernel's messages go there too */
    const struct serial_ops *ops;
    void *data;                   /* of the driver */
    struct serial_client *client; /* set once, then never changes */
    struct list_head link;        /* serial_lock */
    u64 received, sent;           /* bytes: statistics */
};

/* May sleep. The structure stays the driver's and lives for ever. */
void serial_port_register(struct serial_port *p);
/* Told of each port, also of those registered before. One listener. */
void serial_port_set_listener(void (*added)(struct serial_port *p));

static inline size_t serial_port_receive(struct serial_port *p, const u8 *data,
                                         size_t n)
{
    /* Pairs with the release where a client attaches. */
    struct serial_client *c = __atomic_load_n(&p->client, __ATOMIC_ACQUIRE);

    p->received += n;
    return c ? c->receive(c, data, n) : n;
}

static inline void serial_port_room(struct serial_port *p)
{
    struct serial_client *c = __atomic_load_n(&p->client, __ATOMIC_ACQUIRE);

    if (c)
        c->room(c);
}

/*
 * Is "family<index>" a console by the command line: named by a console= option?
 * Without any such option the first port registered with this call is.
 */
bool console_is_wanted(const char *family, u32 index);
/* The last console= that names a device ("ttyS0"), options cut off; "" if there
 * is none. */
const char *console_preferred(void);

#endif
