/*
 * Console ports as serial ports: hvc0, hvc1...
 *
 * What a terminal writes goes into a ring and from there, as much as there is,
 * into the next buffer. port->lock guards the ring.
 */
#include "core/slab.h"
#include "dev/virtio_console.h"

struct hvc {
    struct serial_port serial;
    struct log_console log;
    struct port *port;
    struct ring out;
    bool open;      /* a terminal is */
    bool throttled; /* the terminal is full */
    bool pulling;   /* a CPU hands over input; one at a time does */
    bool pull_again;
};

static u32 hvc_count;

static inline struct hvc *hvc_of(struct serial_port *s)
{
    return container_of(s, struct hvc, serial);
}

/* Ring to buffers to host; port->lock held. */
static void push(struct hvc *h)
{
    struct port *p = h->port;

    port_reclaim(p);
    while (!ring_empty(&h->out) && !list_empty(&p->empty)) {
        struct port_buffer *b =
            list_first_entry(&p->empty, struct port_buffer, link);

        list_del(&b->link);
        b->length = (u32)ring_get(&h->out, b->data, b->size);
        h->serial.sent += b->length;
        port_send(p, b);
        if (p->out->broken)
            break;
    }
}

void hvc_output_possible(struct port *p)
{
    struct hvc *h = p->hvc;
    unsigned long flags = spin_lock_irqsave(&p->lock);

    push(h);
    spin_unlock_irqrestore(&p->lock, flags);
    serial_port_room(&h->serial);
}

void hvc_input(struct port *p)
{
    struct hvc *h = p->hvc;
    unsigned long flags = spin_lock_irqsave(&p->lock);

    h->pull_again = true;
    while (h->pull_again && !h->pulling) {
        struct port_buffer *b;
        size_t taken;

        h->pull_again = false;
        if (list_empty(&p->filled) || h->throttled || !h->open)
            break;
        b = list_first_entry(&p->filled, struct port_buffer, link);
        h->pulling = true;
        spin_unlock_irqrestore(&p->lock, flags);
        taken = serial_port_receive(&h->serial, b->data + b->offset,
                                    b->length - b->offset);
        flags = spin_lock_irqsave(&p->lock);
        h->pulling = false;
        b->offset += (u32)taken;
        if (b->offset < b->length) {
            h->throttled = true;
            break;
        }
        list_del(&b->link);
        port_refill(p, b);
        virtqueue_kick(p->in);
        h->pull_again = true;
    }
    spin_unlock_irqrestore(&p->lock, flags);
}

static int hvc_start(struct serial_port *s)
{
    struct hvc *h = hvc_of(s);

    h->open = true;
    h->throttled = false;
    hvc_input(h->port);
    return 0;
}

static void hvc_stop(struct serial_port *s)
{
    hvc_of(s)->open = false;
}

static size_t hvc_write(struct serial_port *s, const u8 *data, size_t n)
{
    struct hvc *h = hvc_of(s);
    unsigned long flags = spin_lock_irqsave(&h->port->lock);

    n = ring_put(&h->out, data, n);
    push(h);
    spin_unlock_irqrestore(&h->port->lock, flags);
    return n;
}

static size_t hvc_room(struct serial_port *s)
{
    return ring_free(&hvc_of(s)->out);
}

static size_t hvc_queued(struct serial_port *s)
{
    struct hvc *h = hvc_of(s);
    unsigned long flags = spin_lock_irqsave(&h->port->lock);
    size_t n;

    port_reclaim(h->port);
    n = ring_used(&h->out) + h->port->sending;
    spin_unlock_irqrestore(&h->port->lock, flags);
    return n;
}

static void hvc_flush(struct serial_port *s)
{
    struct hvc *h = hvc_of(s);
    unsigned long flags = spin_lock_irqsave(&h->port->lock);

    ring_reset(&h->out);
    spin_unlock_irqrestore(&h->port->lock, flags);
}

static void hvc_unthrottle(struct serial_port *s)
{
    struct hvc *h = hvc_of(s);

    h->throttled = false;
    hvc_input(h->port);
}

static const struct serial_ops hvc_ops = {
    .start = hvc_start,
    .stop = hvc_stop,
    .write = hvc_write,
    .room = hvc_room,
    .queued = hvc_queued,
    .flush = hvc_flush,
    .unthrottle = hvc_unthrottle,
};

/* How often the log looks for room before bytes are lost. */
#define LOG_PATIENCE 100000

static void put_waiting(struct hvc *h, u8 c)
{
    for (u32 i = 0; i < LOG_PATIENCE && ring_full(&h->out); i++) {
        push(h);
        arch_cpu_relax();
    }
    ring_put_byte(&h->out, c);
}

static void hvc_log_write(struct log_console *log, const char *text, size_t n)
{
    struct hvc *h = container_of(log, struct hvc, log);
    unsigned long flags = 0;
    bool locked = false;

    /* A CPU that was stopped in a panic may hold the lock for ever. */
    for (u32 i = 0; i < LOG_PATIENCE && !locked; i++) {
        locked = spin_trylock_irqsave(&h->port->lock, &flags);
        if (!locked)
            arch_cpu_relax();
    }
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n')
            put_waiting(h, '\r');
        put_waiting(h, (u8)text[i]);
    }
    push(h);
    if (locked)
        spin_unlock_irqrestore(&h->port->lock, flags);
}

void hvc_resize(struct port *p, u16 rows, u16 columns)
{
    struct hvc *h = p->hvc;
    struct serial_client *c;

    if (!h)
        return;
    h->serial.rows = rows;
    h->serial.columns = columns;
    c = __atomic_load_n(&h->serial.client, __ATOMIC_ACQUIRE);
    if (c)
        c->resize(c, rows, columns);
}

void hvc_create(struct port *p)
{
    struct hvc *h = kzalloc(sizeof(*h), ALLOC_KERNEL);
    u8 *memory = kmalloc(HVC_RING, ALLOC_KERNEL);

    if (!h || !memory || port_allocate(p, 0, PORT_TX_BUFFERS)) {
        kfree(h);
        kfree(memory);
        return;
    }
    h->port = p;
    ring_init(&h->out, memory, HVC_RING);
    h->serial.family = "hvc";
    h->serial.index = hvc_count++;
    h->serial.major = HVC_MAJOR;
    h->serial.minor = h->serial.index;
    h->serial.ops = &hvc_ops;
    h->serial.console = console_is_wanted("hvc", h->serial.index);
    p->host_open = p->guest_open = true;
    __atomic_store_n(&p->hvc, h, __ATOMIC_RELEASE);
    if (h->serial.console) {
        h->log.write = hvc_log_write;
        log_console_register(&h->log);
    }
    serial_port_register(&h->serial);
}
