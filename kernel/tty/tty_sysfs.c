/*
 * /sys/class/tty and /sys/class/virtio-ports: a directory per device with its
 * number, as udev and scripts look for them. Ports' names are looked up when
 * they are read: the host tells them after it tells of the port.
 */
#include "core/init.h"
#include "core/slab.h"
#include "dev/virtio_ports.h"
#include "fs/pseudo.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "tty/tty.h"

static bool ready; /* sysfs is there, and what came before is in it */

struct node {
    u32 major, minor;
    char name[16];
};

static int show_dev(struct caller *who, struct inode *inode, struct text *out)
{
    const struct node *n = pseudo_private(inode);

    (void)who;
    text_printf(out, "%u:%u\n", n->major, n->minor);
    return 0;
}

static int show_uevent(struct caller *who, struct inode *inode,
                       struct text *out)
{
    const struct node *n = pseudo_private(inode);

    (void)who;
    text_printf(out, "MAJOR=%u\nMINOR=%u\nDEVNAME=%s\n", n->major, n->minor,
                n->name);
    return 0;
}

static int show_active(struct caller *who, struct inode *inode,
                       struct text *out)
{
    char names[160];

    (void)who;
    (void)inode;
    text_append(out, names, tty_console_active(names, sizeof(names)));
    return 0;
}

struct name_search {
    const struct node *node;
    struct text *out;
};

static void put_name(void *ctx, const struct virtio_port_facts *f)
{
    struct name_search *s = ctx;

    if (f->minor == s->node->minor && f->name[0])
        text_printf(s->out, "%s\n", f->name);
}

static int show_port_name(struct caller *who, struct inode *inode,
                          struct text *out)
{
    struct name_search s = {pseudo_private(inode), out};

    (void)who;
    virtio_ports_for_each(put_name, &s);
    return 0;
}

static const struct pseudo_file_ops dev_file = {.show = show_dev};
static const struct pseudo_file_ops uevent_file = {.show = show_uevent};
static const struct pseudo_file_ops active_file = {.show = show_active};
static const struct pseudo_file_ops name_file = {.show = show_port_name};

/* The directory of a device with what all have; NULL: it is there already, or
 * there is no memory. Nodes live for ever, as the devices do. */
static struct dentry *add(const char *class, const char *name, u32 major,
                          u32 minor, struct node **out)
{
    struct dentry *parent = sysfs_directory(class), *d;
    struct node *n = kzalloc(sizeof(*n), ALLOC_KERNEL);

    if (!n || IS_ERR(parent))
        goto fail;
    n->major = major;
    n->minor = minor;
    strscpy(n->name, name, sizeof(n->name));
    d = pseudo_add_directory(parent, name);
    if (IS_ERR(d) || IS_ERR(pseudo_add_file(d, "dev", 0444, &dev_file, n)))
        goto fail;
    pseudo_add_file(d, "uevent", 0644, &uevent_file, n);
    *out = n;
    return d;
fail:
    kfree(n);
    return NULL;
}

void tty_sysfs_add(const char *name, u32 major, u32 minor)
{
    struct node *n;

    if (__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
        add("class/tty", name, major, minor, &n);
}

static void add_serial(void *ctx, struct tty *t)
{
    char name[16];
    struct node *n;

    (void)ctx;
    tty_name(t, name, sizeof(name));
    add("class/tty", name, t->major, t->minor, &n);
}

static void add_port(void *ctx, const struct virtio_port_facts *f)
{
    struct node *n;
    struct dentry *d =
        add("class/virtio-ports", f->device, f->major, f->minor, &n);

    (void)ctx;
    if (d)
        pseudo_add_file(d, "name", 0444, &name_file, n);
}

static int tty_sysfs_init(void)
{
    struct node *n;
    struct dentry *d = add("class/tty", "console", 5, 1, &n);

    if (d)
        pseudo_add_file(d, "active", 0444, &active_file, n);
    add("class/tty", "tty", 5, 0, &n);
    add("class/tty", "ptmx", 5, 2, &n);
    __atomic_store_n(&ready, true, __ATOMIC_RELEASE);
    tty_serial_for_each(add_serial, NULL);
    virtio_ports_set_listener(add_port);
    return 0;
}
INITCALL(late, tty_sysfs_init);
