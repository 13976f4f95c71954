#include "dev/virtio_console.h"

#include "core/init.h"
#include "core/slab.h"
#include "dev/virtio_ports.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define CONTROL_BUFFERS 16
#define CONTROL_SIZE    256u

static LIST_HEAD(ports);
static mutex_t ports_lock = MUTEX_INIT(ports_lock, "virtio_ports");
static u32 console_count;
static void (*port_listener)(void *ctx, const struct virtio_port_facts *f);

static struct port *find_port(struct vconsole *c, u32 id)
{
    struct port *p;

    list_for_each_entry (p, &ports, link)
        if (p->console == c && p->id == id && !p->gone)
            return p;
    return NULL;
}

/* ---------------------------------------------------- control messages -- */

int vconsole_send_control(struct vconsole *c, u32 id, u16 event, u16 value)
{
    struct virtio_console_control *m;
    struct virtqueue_buffer v;
    unsigned long flags;
    void *done;
    u32 written;
    int error;

    if (!c->multiport)
        return 0;
    m = kmalloc(sizeof(*m), ALLOC_KERNEL);
    if (!m)
        return -ENOMEM;
    *m = (struct virtio_console_control){id, event, value};
    v = (struct virtqueue_buffer){arch_virt_to_phys(m), sizeof(*m)};
    do {
        flags = spin_lock_irqsave(&c->lock);
        while ((done = virtqueue_get(c->control_out, &written)))
            kfree(done);
        error = virtqueue_add(c->control_out, &v, 1, 0, m);
        if (!error)
            virtqueue_kick(c->control_out);
        spin_unlock_irqrestore(&c->lock, flags);
        if (error == -ENOSPC)
            time_sleep(NS_PER_MSEC);
    } while (error == -ENOSPC);
    if (error)
        kfree(m);
    return error;
}

static struct virtio_port_facts facts_of(const struct port *p)
{
    struct virtio_port_facts f = {.major = VPORT_MAJOR, .minor = p->node.minor};

    strscpy(f.device, p->node_name, sizeof(f.device));
    strscpy(f.name, p->name, sizeof(f.name));
    return f;
}

static void add_port(struct vconsole *c, u32 id)
{
    struct port *p;

    if (id >= c->max_ports || find_port(c, id))
        return;
    p = port_create(c, id);
    if (!p) {
        vconsole_send_control(c, id, CONSOLE_PORT_READY, 0);
        return;
    }
    list_add_tail(&p->link, &ports);
    port_publish(p);
    if (port_listener) {
        struct virtio_port_facts f = facts_of(p);

        port_listener(NULL, &f);
    }
    vconsole_send_control(c, id, CONSOLE_PORT_READY, 1);
}

static void name_port(struct port *p, const char *name, size_t n)
{
    if (p->name[0] || n == 0)
        return;
    n = min(n, (size_t)PORT_NAME_MAX);
    memcpy(p->name, name, n);
    /* It becomes a file name. */
    for (size_t i = 0; i < n; i++)
        if (p->name[i] == '/' || (u8)p->name[i] < ' ')
            p->name[i] = '_';
    p->name[n] = 0;
    if (p->hvc || p->name[0] == '.' || !p->name[0])
        return;
    snprintf(p->alias, sizeof(p->alias), "virtio-ports/%s", p->name);
    p->node.alias = p->alias;
    device_announce(&p->node);
}

static void set_host_open(struct port *p, bool open)
{
    unsigned long flags = spin_lock_irqsave(&p->lock);

    p->host_open = open;
    spin_unlock_irqrestore(&p->lock, flags);
    wait_queue_wake(&p->readable, 0, 0);
    wait_queue_wake(&p->writable, 0, 0);
}

static void handle(struct vconsole *c, const u8 *message, u32 size)
{
    struct virtio_console_control m;
    const u8 *rest = message + sizeof(m);
    struct port *p;
    u16 columns_rows[2];

    if (size < sizeof(m))
        return;
    memcpy(&m, message, sizeof(m));
    size -= (u32)sizeof(m);
    mutex_lock(&ports_lock);
    p = find_port(c, m.id);
    if (m.event == CONSOLE_DEVICE_ADD)
        add_port(c, m.id);
    if (!p) {
        mutex_unlock(&ports_lock);
        return;
    }
    switch (m.event) {
    case CONSOLE_DEVICE_REMOVE:
        port_remove(p);
        break;
    case CONSOLE_CONSOLE_PORT:
        if (m.value && !p->hvc) {
            hvc_create(p);
            vconsole_send_control(c, m.id, CONSOLE_PORT_OPEN, 1);
        }
        break;
    case CONSOLE_RESIZE:
        if (size >= sizeof(columns_rows)) {
            memcpy(columns_rows, rest, sizeof(columns_rows));
            hvc_resize(p, columns_rows[1], columns_rows[0]);
        }
        break;
    case CONSOLE_PORT_OPEN:
        set_host_open(p, m.value);
        break;
    case CONSOLE_PORT_NAME:
        name_port(p, (const char *)rest, strnlen((const char *)rest, size));
        break;
    }
    mutex_unlock(&ports_lock);
}

/* Take one message out of the queue; its size, 0: none. */
static u32 next_message(struct vconsole *c, u8 *copy)
{
    unsigned long flags = spin_lock_irqsave(&c->lock);
    u32 size = 0;
    u8 *buffer = virtqueue_get(c->control_in, &size);

    if (buffer) {
        struct virtqueue_buffer v = {arch_virt_to_phys(buffer), CONTROL_SIZE};

        memcpy(copy, buffer, size);
        virtqueue_add(c->control_in, &v, 0, 1, buffer);
        virtqueue_kick(c->control_in);
    }
    spin_unlock_irqrestore(&c->lock, flags);
    return buffer ? max(size, 1u) : 0;
}

static void take_size(struct vconsole *c)
{
    u16 columns_rows[2];
    struct port *p;

    if (!virtio_has(c->device, VIRTIO_CONSOLE_F_SIZE))
        return;
    virtio_config(c->device, 0, &columns_rows[0], 2);
    virtio_config(c->device, 2, &columns_rows[1], 2);
    mutex_lock(&ports_lock);
    p = find_port(c, 0);
    if (p && p->hvc && columns_rows[0] && columns_rows[1])
        hvc_resize(p, columns_rows[1], columns_rows[0]);
    mutex_unlock(&ports_lock);
}

static void console_work(struct work *w)
{
    struct vconsole *c = container_of(w, struct vconsole, work);
    u8 message[CONTROL_SIZE];
    u32 size;

    while (c->multiport && (size = next_message(c, message)))
        handle(c, message, size);
    if (atomic_xchg(&c->config_dirty, 0))
        take_size(c);
}

/* -------------------------------------------------------------- device -- */

static void queue_callback(struct virtqueue *vq)
{
    struct vconsole *c = vq->device->data;
    struct port *p;

    if (c->multiport && (vq->index == 2 || vq->index == 3)) {
        if (vq->index == 2)
            work_queue(&c->work);
        return;
    }
    p = __atomic_load_n(&vq->data, __ATOMIC_ACQUIRE);
    if (!p)
        return;
    if (vq->index & 1)
        port_callback_out(p);
    else
        port_callback_in(p);
}

static void config_changed(struct virtio_device *d)
{
    struct vconsole *c = d->data;

    atomic_store(&c->config_dirty, 1);
    work_queue(&c->work);
}

static int fill_control(struct vconsole *c)
{
    unsigned long flags;

    for (u32 i = 0; i < CONTROL_BUFFERS; i++) {
        u8 *buffer = kmalloc(CONTROL_SIZE, ALLOC_KERNEL);
        struct virtqueue_buffer v;
        int error;

        if (!buffer)
            return i ? 0 : -ENOMEM;
        v = (struct virtqueue_buffer){arch_virt_to_phys(buffer), CONTROL_SIZE};
        flags = spin_lock_irqsave(&c->lock);
        error = virtqueue_add(c->control_in, &v, 0, 1, buffer);
        spin_unlock_irqrestore(&c->lock, flags);
        if (error) {
            kfree(buffer);
            break;
        }
    }
    return 0;
}

/* Without ports of its own the device is one console. */
static int single_console(struct vconsole *c)
{
    struct port *p = port_create(c, 0);

    if (!p)
        return -ENOMEM;
    p->host_open = true;
    mutex_lock(&ports_lock);
    list_add_tail(&p->link, &ports);
    mutex_unlock(&ports_lock);
    hvc_create(p);
    return 0;
}

static int console_probe(struct virtio_device *d)
{
    struct vconsole *c = kzalloc(sizeof(*c), ALLOC_KERNEL);
    unsigned long flags;
    int error;

    if (!c)
        return -ENOMEM;
    c->device = d;
    c->multiport = virtio_has(d, VIRTIO_CONSOLE_F_MULTIPORT);
    c->max_ports = 1;
    spin_init(&c->lock, "virtio_console");
    work_init(&c->work, console_work);
    d->data = c;
    if (c->multiport)
        virtio_config(d, offsetof(struct virtio_console_config, max_ports),
                      &c->max_ports, 4);
    c->max_ports = min(max(c->max_ports, 1u), VPORTS_PER_DEVICE - 1u);
    error =
        virtio_setup_queues(d, (u16)(c->multiport ? 2 * (c->max_ports + 1) : 2),
                            32, queue_callback);
    if (error) {
        kfree(c);
        return error;
    }
    c->number = __atomic_fetch_add(&console_count, 1, __ATOMIC_RELAXED);
    atomic_store(&c->config_dirty, 1);
    if (!c->multiport) {
        virtio_ready(d);
        error = single_console(c);
        work_queue(&c->work);
        return error;
    }
    c->control_in = d->queues[2];
    c->control_out = d->queues[3];
    virtqueue_disable_callback(c->control_out);
    error = fill_control(c);
    virtio_ready(d);
    flags = spin_lock_irqsave(&c->lock);
    virtqueue_kick(c->control_in);
    spin_unlock_irqrestore(&c->lock, flags);
    return error ? error : vconsole_send_control(c, 0, CONSOLE_DEVICE_READY, 1);
}

const struct virtio_driver virtio_console_driver = {
    .id = VIRTIO_ID_CONSOLE,
    .features = VIRTIO_CONSOLE_F_SIZE | VIRTIO_CONSOLE_F_MULTIPORT,
    .name = "console",
    .probe = console_probe,
    .config_changed = config_changed,
};

void virtio_ports_for_each(void (*fn)(void *ctx,
                                      const struct virtio_port_facts *f),
                           void *ctx)
{
    struct port *p;

    mutex_lock(&ports_lock);
    list_for_each_entry (p, &ports, link) {
        struct virtio_port_facts f = facts_of(p);

        if (!p->gone && p->console->multiport)
            fn(ctx, &f);
    }
    mutex_unlock(&ports_lock);
}

void virtio_ports_set_listener(void (*added)(void *ctx,
                                             const struct virtio_port_facts *))
{
    mutex_lock(&ports_lock);
    port_listener = added;
    mutex_unlock(&ports_lock);
    virtio_ports_for_each(added, NULL);
}

static bool have_console(void)
{
    struct port *p;
    bool found = false;

    mutex_lock(&ports_lock);
    list_for_each_entry (p, &ports, link)
        if (p->hvc)
            found = true;
    mutex_unlock(&ports_lock);
    return found;
}

/* The host names its consoles a moment after the start; if one of them is to
 * be /dev/console, the first program must find it. */
static int wait_for_console(void)
{
    if (!strstarts(console_preferred(), "hvc") || !console_count)
        return 0;
    for (int i = 0; i < 200 && !have_console(); i++)
        time_sleep(5 * NS_PER_MSEC);
    return 0;
}
INITCALL(late, wait_for_console);
