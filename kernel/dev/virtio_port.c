#include "core/request.h"
#include "core/slab.h"
#include "dev/virtio_console.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

struct port *port_create(struct vconsole *c, u32 id)
{
    struct port *p = kzalloc(sizeof(*p), ALLOC_KERNEL);
    /* Port 0 has queues 0 and 1; 2 and 3 are the control queues. */
    u32 queue = id == 0 ? 0 : 2 + 2 * id;

    if (!p)
        return NULL;
    p->console = c;
    p->id = id;
    spin_init(&p->lock, "virtio_port");
    mutex_init(&p->read_mutex, "virtio_port_read");
    mutex_init(&p->write_mutex, "virtio_port_write");
    INIT_LIST_HEAD(&p->filled);
    INIT_LIST_HEAD(&p->empty);
    wait_queue_init(&p->readable);
    wait_queue_init(&p->writable);
    p->in = c->device->queues[queue];
    p->out = c->device->queues[queue + 1];
    snprintf(p->node_name, sizeof(p->node_name), "vport%up%u", c->number, id);
    __atomic_store_n(&p->in->data, p, __ATOMIC_RELEASE);
    __atomic_store_n(&p->out->data, p, __ATOMIC_RELEASE);
    return p;
}

static struct port_buffer *buffer_create(unsigned order)
{
    struct port_buffer *b = kzalloc(sizeof(*b), ALLOC_KERNEL);

    if (!b)
        return NULL;
    b->data = page_alloc_kernel(order, ALLOC_KERNEL);
    b->size = (u32)PAGE_SIZE << order;
    if (!b->data) {
        kfree(b);
        return NULL;
    }
    return b;
}

/* Buffers for the host to fill, `count` more at most. They stay with the port:
 * the host may hold some of them at any time. */
static void add_to_fill(struct port *p, u32 count)
{
    struct port_buffer *b;
    unsigned long flags;

    for (; count && (b = buffer_create(0)); count--) {
        flags = spin_lock_irqsave(&p->lock);
        p->rx_buffers++;
        port_refill(p, b);
        spin_unlock_irqrestore(&p->lock, flags);
    }
    flags = spin_lock_irqsave(&p->lock);
    virtqueue_kick(p->in);
    spin_unlock_irqrestore(&p->lock, flags);
}

int port_allocate(struct port *p, unsigned tx_order, u32 tx_buffers)
{
    struct port_buffer *b;

    p->tx_order = tx_order;
    for (; p->tx_buffers < tx_buffers && (b = buffer_create(tx_order));
         p->tx_buffers++)
        list_add_tail(&b->link, &p->empty);
    if (!p->rx_buffers)
        add_to_fill(p, PORT_RX_FIRST);
    return p->tx_buffers && p->rx_buffers ? 0 : -ENOMEM;
}

void port_refill(struct port *p, struct port_buffer *b)
{
    struct virtqueue_buffer v = {arch_virt_to_phys(b->data), b->size};

    b->length = b->offset = 0;
    p->with_host++;
    virtqueue_add(p->in, &v, 0, 1, b);
}

void port_send(struct port *p, struct port_buffer *b)
{
    struct virtqueue_buffer v = {arch_virt_to_phys(b->data), b->length};

    if (virtqueue_add(p->out, &v, 1, 0, b)) {
        list_add(&b->link, &p->empty);
        return;
    }
    p->sending += b->length;
    virtqueue_kick(p->out);
}

bool port_reclaim(struct port *p)
{
    struct port_buffer *b;
    u32 written;

    while ((b = virtqueue_get(p->out, &written))) {
        p->sending -= b->length;
        list_add_tail(&b->link, &p->empty);
    }
    return !list_empty(&p->empty);
}

void port_callback_in(struct port *p)
{
    unsigned long flags = spin_lock_irqsave(&p->lock);
    struct port_buffer *b;
    bool any = false, back = false;
    u32 written;

    while ((b = virtqueue_get(p->in, &written))) {
        p->with_host--;
        b->length = written;
        b->offset = 0;
        if (!written || (!p->guest_open && !p->hvc)) {
            port_refill(p, b);
            back = true;
        } else {
            list_add_tail(&b->link, &p->filled);
            any = true;
        }
    }
    p->starved |= any && !p->with_host;
    if (back)
        virtqueue_kick(p->in);
    spin_unlock_irqrestore(&p->lock, flags);
    if (any && p->hvc)
        hvc_input(p);
    else if (any)
        wait_queue_wake(&p->readable, POLLIN | POLLRDNORM, 0);
}

void port_callback_out(struct port *p)
{
    unsigned long flags = spin_lock_irqsave(&p->lock);
    bool any = port_reclaim(p);

    if (any && !p->hvc)
        virtqueue_disable_callback(p->out);
    spin_unlock_irqrestore(&p->lock, flags);
    if (p->hvc)
        hvc_output_possible(p);
    else if (any)
        wait_queue_wake(&p->writable, POLLOUT | POLLWRNORM, 0);
}

/* --------------------------------------------------------------- files -- */

static inline struct port *port_of(struct object *obj)
{
    return device_file(obj)->private;
}

/* The oldest filled buffer, NULL: none. */
static struct port_buffer *front(struct port *p)
{
    unsigned long flags = spin_lock_irqsave(&p->lock);
    struct port_buffer *b =
        list_empty(&p->filled)
            ? NULL
            : list_first_entry(&p->filled, struct port_buffer, link);

    spin_unlock_irqrestore(&p->lock, flags);
    return b;
}

/* The host hears of emptied buffers when half of them are, or all that was
 * filled has been read: telling it costs more than reading a buffer. */
static void give_back(struct port *p, struct port_buffer *b)
{
    unsigned long flags = spin_lock_irqsave(&p->lock);

    list_del(&b->link);
    port_refill(p, b);
    if (list_empty(&p->filled) ||
        (u16)(p->in->avail_index - p->in->kicked) >= p->rx_buffers / 2)
        virtqueue_kick(p->in);
    spin_unlock_irqrestore(&p->lock, flags);
}

/* Copy out what is there; read_mutex held. Bytes, or -EFAULT. */
static ssize_t take_filled(struct port *p, struct iter *it)
{
    struct port_buffer *b;
    size_t done = 0;

    while (iter_count(it) && (b = front(p))) {
        size_t n = min((size_t)(b->length - b->offset), iter_count(it));
        size_t copied = iter_copy_to(it, b->data + b->offset, n);

        b->offset += (u32)copied;
        done += copied;
        if (b->offset == b->length)
            give_back(p, b);
        if (copied < n)
            return done ? (ssize_t)done : -EFAULT;
    }
    return (ssize_t)done;
}

static ssize_t port_read(struct object *obj, struct io_request *req)
{
    struct port *p = port_of(obj);
    unsigned long flags;
    ssize_t result;

    if (!iter_count(&req->iter))
        return 0;
    for (;;) {
        mutex_lock(&p->read_mutex);
        if (READ_ONCE(p->starved) && p->rx_buffers < PORT_RX_BUFFERS)
            add_to_fill(p, PORT_RX_BUFFERS - p->rx_buffers);
        result = take_filled(p, &req->iter);
        mutex_unlock(&p->read_mutex);
        if (result)
            return result;
        flags = spin_lock_irqsave(&p->lock);
        if (!list_empty(&p->filled)) {
            spin_unlock_irqrestore(&p->lock, flags);
            continue;
        }
        if (p->gone)
            result = -ENODEV;
        else if (!p->host_open)
            result = 0;
        else if (req->flags & REQ_NOWAIT)
            result = -EAGAIN;
        else {
            request_wait(req, &p->readable);
            result = -EIOCBQUEUED;
        }
        spin_unlock_irqrestore(&p->lock, flags);
        return result;
    }
}

/* With write_mutex held: one more buffer to send with, if there may be more. */
static struct port_buffer *one_more(struct port *p)
{
    struct port_buffer *b = NULL;

    if (p->tx_buffers < PORT_TX_BUFFERS)
        b = buffer_create(p->tx_order);
    if (b)
        p->tx_buffers++;
    return b;
}

/* An empty buffer to fill; NULL: none, then an interrupt says when. */
static struct port_buffer *take_empty(struct port *p)
{
    unsigned long flags = spin_lock_irqsave(&p->lock);
    struct port_buffer *b = NULL;
    bool open = p->host_open && !p->gone;

    if (open && port_reclaim(p)) {
        b = list_first_entry(&p->empty, struct port_buffer, link);
        list_del(&b->link);
    }
    spin_unlock_irqrestore(&p->lock, flags);
    if (b || !open || (b = one_more(p)))
        return b;
    flags = spin_lock_irqsave(&p->lock);
    if (p->host_open && !p->gone && !virtqueue_enable_callback(p->out) &&
        port_reclaim(p)) {
        b = list_first_entry(&p->empty, struct port_buffer, link);
        list_del(&b->link);
    }
    spin_unlock_irqrestore(&p->lock, flags);
    return b;
}

/* Nothing can be sent now: what the write returns. */
static ssize_t write_wait(struct port *p, struct io_request *req)
{
    unsigned long flags = spin_lock_irqsave(&p->lock);
    ssize_t result = 0;

    if (p->gone)
        result = -ENODEV;
    else if (p->host_open && !list_empty(&p->empty))
        result = 0; /* meanwhile there is one */
    else if (req->flags & REQ_NOWAIT)
        result = -EAGAIN;
    else {
        request_wait(req, &p->writable);
        result = -EIOCBQUEUED;
    }
    spin_unlock_irqrestore(&p->lock, flags);
    return result;
}

static ssize_t port_write(struct object *obj, struct io_request *req)
{
    struct port *p = port_of(obj);
    ssize_t error = 0;

    mutex_lock(&p->write_mutex);
    while (iter_count(&req->iter)) {
        struct port_buffer *b = take_empty(p);
        unsigned long flags;
        size_t wanted;

        if (!b) {
            error = write_wait(p, req);
            if (error)
                break;
            continue;
        }
        wanted = min((size_t)b->size, iter_count(&req->iter));
        b->length = (u32)iter_copy_from(&req->iter, b->data, wanted);
        req->done += b->length;
        flags = spin_lock_irqsave(&p->lock);
        if (b->length)
            port_send(p, b);
        else
            list_add(&b->link, &p->empty);
        spin_unlock_irqrestore(&p->lock, flags);
        if (b->length < wanted) {
            error = -EFAULT;
            break;
        }
    }
    mutex_unlock(&p->write_mutex);
    if (error == -EIOCBQUEUED)
        return error;
    return req->done ? (ssize_t)req->done : error;
}

static u32 port_poll(struct object *obj, struct poll_table *table)
{
    struct port *p = port_of(obj);
    unsigned long flags;
    u32 events = 0;

    poll_register(table, &p->readable);
    poll_register(table, &p->writable);
    flags = spin_lock_irqsave(&p->lock);
    if (p->gone) {
        events = POLLHUP;
    } else {
        if (!list_empty(&p->filled) || !p->host_open)
            events |= POLLIN | POLLRDNORM;
        if (p->host_open &&
            (port_reclaim(p) || p->tx_buffers < PORT_TX_BUFFERS ||
             (!virtqueue_enable_callback(p->out) && port_reclaim(p))))
            events |= POLLOUT;
        if (!p->host_open)
            events |= POLLHUP;
    }
    spin_unlock_irqrestore(&p->lock, flags);
    return events;
}

static const struct object_ops port_ops = {
    .name = "virtio-port",
    .read = port_read,
    .write = port_write,
    .poll = port_poll,
};

static int port_open(struct device *d, struct device_file *file,
                     struct caller *who)
{
    struct port *p = d->data;
    unsigned long flags;
    int error = 0;

    (void)who;
    if (p->hvc)
        return -ENXIO;
    mutex_lock(&p->write_mutex);
    if (p->gone)
        error = -ENODEV;
    else if (p->guest_open)
        error = -EBUSY;
    else
        error = port_allocate(p, PORT_TX_ORDER, 1);
    if (!error) {
        flags = spin_lock_irqsave(&p->lock);
        p->guest_open = true;
        port_reclaim(p);
        virtqueue_disable_callback(p->out);
        spin_unlock_irqrestore(&p->lock, flags);
        file->private = p;
    }
    mutex_unlock(&p->write_mutex);
    if (!error)
        vconsole_send_control(p->console, p->id, CONSOLE_PORT_OPEN, 1);
    return error;
}

static void port_closed(struct device *d, struct device_file *file)
{
    struct port *p = file->private;
    struct port_buffer *b, *next;
    unsigned long flags;

    (void)d;
    if (!p)
        return;
    vconsole_send_control(p->console, p->id, CONSOLE_PORT_OPEN, 0);
    flags = spin_lock_irqsave(&p->lock);
    p->guest_open = false;
    list_for_each_entry_safe (b, next, &p->filled, link) {
        list_del(&b->link);
        port_refill(p, b);
    }
    virtqueue_kick(p->in);
    spin_unlock_irqrestore(&p->lock, flags);
}

void port_publish(struct port *p)
{
    p->node = (struct device){
        .kind = DEVICE_CHARACTER,
        .major = VPORT_MAJOR,
        .minor = p->console->number * VPORTS_PER_DEVICE + p->id,
        .count = 1,
        .name = "virtio-portsdev",
        .node = p->node_name,
        .node_mode = 0600,
        .ops = &port_ops,
        .open = port_open,
        .closed = port_closed,
        .data = p,
    };
    if (device_register(&p->node))
        log_warning("%s: its device number is taken\n", p->node_name);
}

void port_remove(struct port *p)
{
    unsigned long flags = spin_lock_irqsave(&p->lock);

    p->gone = true;
    p->host_open = false;
    spin_unlock_irqrestore(&p->lock, flags);
    wait_queue_wake(&p->readable, POLLHUP, 0);
    wait_queue_wake(&p->writable, POLLHUP, 0);
    device_unregister(&p->node);
}
