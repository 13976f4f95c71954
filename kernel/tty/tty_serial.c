/*
 * Terminals on serial ports: each port that a driver registers gets a tty and a
 * device number.
 */
#include "core/init.h"
#include "core/log.h"
#include "core/slab.h"
#include "dev/serial_port.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "tty/tty.h"

struct serial_tty {
    struct tty *tty; /* owned, for ever */
    struct serial_port *port;
    struct serial_client client;
    struct device device;
    struct list_head link; /* serial_ttys_lock */
    char name[16];
};

static LIST_HEAD(serial_ttys);
static mutex_t serial_ttys_lock = MUTEX_INIT(serial_ttys_lock, "serial_ttys");

static inline struct serial_port *port_of(struct tty *t)
{
    return ((struct serial_tty *)t->data)->port;
}

static inline struct tty *tty_of_client(struct serial_client *c)
{
    return container_of(c, struct serial_tty, client)->tty;
}

static size_t serial_room(struct tty *t)
{
    return port_of(t)->ops->room(port_of(t));
}

static void serial_put(struct tty *t, const u8 *data, size_t n)
{
    port_of(t)->ops->write(port_of(t), data, n);
}

static size_t serial_queued(struct tty *t)
{
    return port_of(t)->ops->queued(port_of(t));
}

static void serial_flush(struct tty *t)
{
    port_of(t)->ops->flush(port_of(t));
}

static int serial_start(struct tty *t)
{
    return port_of(t)->ops->start(port_of(t));
}

static void serial_stop(struct tty *t)
{
    port_of(t)->ops->stop(port_of(t));
}

static void serial_unthrottle(struct tty *t)
{
    if (port_of(t)->ops->unthrottle)
        port_of(t)->ops->unthrottle(port_of(t));
}

static void serial_send_break(struct tty *t, bool on)
{
    if (port_of(t)->ops->send_break)
        port_of(t)->ops->send_break(port_of(t), on);
}

static const struct tty_driver serial_driver = {
    .type = TTY_SERIAL,
    .room = serial_room,
    .put = serial_put,
    .queued = serial_queued,
    .flush = serial_flush,
    .start = serial_start,
    .stop = serial_stop,
    .unthrottle = serial_unthrottle,
    .send_break = serial_send_break,
};

static size_t client_receive(struct serial_client *c, const u8 *data, size_t n)
{
    return tty_receive(tty_of_client(c), data, n);
}

static void client_room(struct serial_client *c)
{
    tty_output_possible(tty_of_client(c));
}

static void client_hangup(struct serial_client *c)
{
    tty_hang_up(tty_of_client(c));
}

static void client_resize(struct serial_client *c, u16 rows, u16 columns)
{
    struct winsize size = {.ws_row = rows, .ws_col = columns};

    tty_resize(tty_of_client(c), &size);
}

static void client_break(struct serial_client *c)
{
    struct tty *t = tty_of_client(c);
    unsigned long flags = spin_lock_irqsave(&t->lock);

    n_tty_receive_break(&t->line);
    spin_unlock_irqrestore(&t->lock, flags);
}

static int serial_open(struct device *d, struct device_file *file,
                       struct caller *who)
{
    struct serial_tty *s = d->data;

    return tty_open(s->tty, file, who, false, false);
}

static void serial_closed(struct device *d, struct device_file *file)
{
    (void)d;
    tty_close(file);
}

static void port_added(struct serial_port *p)
{
    struct serial_tty *s = kzalloc(sizeof(*s), ALLOC_KERNEL);
    u32 baud = p->baud ? p->baud : 38400;

    if (!s)
        return;
    s->tty = tty_create(&serial_driver, p->family, p->index,
                        CS8 | CREAD | HUPCL | (p->baud ? CLOCAL : 0), baud);
    if (!s->tty) {
        kfree(s);
        return;
    }
    s->port = p;
    s->tty->data = s;
    s->tty->major = p->major;
    s->tty->minor = p->minor;
    s->tty->size.ws_row = p->rows;
    s->tty->size.ws_col = p->columns;
    s->client = (struct serial_client){
        .receive = client_receive,
        .room = client_room,
        .hangup = client_hangup,
        .resize = client_resize,
        .received_break = client_break,
    };
    tty_name(s->tty, s->name, sizeof(s->name));
    s->device = (struct device){
        .kind = DEVICE_CHARACTER,
        .major = p->major,
        .minor = p->minor,
        .count = 1,
        .name = p->family,
        .node = s->name,
        .node_mode = p->console ? 0600 : 0660,
        .ops = &tty_object_ops,
        .open = serial_open,
        .closed = serial_closed,
        .data = s,
    };
    __atomic_store_n(&p->client, &s->client, __ATOMIC_RELEASE);
    mutex_lock(&serial_ttys_lock);
    list_add_tail(&s->link, &serial_ttys);
    mutex_unlock(&serial_ttys_lock);
    if (device_register(&s->device))
        log_warning("%s: its device number is taken\n", s->name);
    if (p->console)
        tty_console_offer(s->tty, s->name);
    tty_sysfs_add(s->name, p->major, p->minor);
}

void tty_serial_for_each(void (*fn)(void *ctx, struct tty *t), void *ctx)
{
    struct serial_tty *s;

    mutex_lock(&serial_ttys_lock);
    list_for_each_entry (s, &serial_ttys, link)
        fn(ctx, s->tty);
    mutex_unlock(&serial_ttys_lock);
}

static int tty_serial_init(void)
{
    serial_port_set_listener(port_added);
    return 0;
}
INITCALL(proc, tty_serial_init);
