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
    u32 minor;
    struct text *out;
};

static void put_name(void *ctx, const struct virtio_port_facts *f)
{
    struct name_search *s = ctx;

    if (f->minor == s->minor && f->name[0])
        text_printf(s->out, "%s\n", f->name);
}

static int show_port_name(struct caller *who, struct inode *inode,
                          struct text *out)
{
    struct name_search s = {(u32)(uintptr_t)pseudo_private(inode), out};

    (void)who;
    virtio_ports_for_each(put_name, &s);
    return 0;
}

static const struct pseudo_file_ops active_file = {.show = show_active};
static const struct pseudo_file_ops name_file = {.show = show_port_name};

void tty_sysfs_add(const char *name, u32 major, u32 minor)
{
    if (__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
        sysfs_add_device("tty", name, major, minor);
}

static void add_serial(void *ctx, struct tty *t)
{
    char name[16];

    (void)ctx;
    tty_name(t, name, sizeof(name));
    sysfs_add_device("tty", name, t->major, t->minor);
}

static void add_port(void *ctx, const struct virtio_port_facts *f)
{
    struct dentry *d =
        sysfs_add_device("virtio-ports", f->device, f->major, f->minor);

    (void)ctx;
    if (d)
        pseudo_add_file(d, "name", 0444, &name_file,
                        (void *)(uintptr_t)f->minor);
}

static int tty_sysfs_init(void)
{
    struct dentry *d = sysfs_add_device("tty", "console", 5, 1);

    if (d)
        pseudo_add_file(d, "active", 0444, &active_file, NULL);
    sysfs_add_device("tty", "tty", 5, 0);
    sysfs_add_device("tty", "ptmx", 5, 2);
    __atomic_store_n(&ready, true, __ATOMIC_RELEASE);
    tty_serial_for_each(add_serial, NULL);
    virtio_ports_set_listener(add_port);
    return 0;
}
INITCALL(late, tty_sysfs_init);
