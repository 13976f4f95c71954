/*
 * sysfs, to begin with: the places that programs look at.
 */
#include "core/caller.h"
#include "core/cpu.h"
#include "core/device.h"
#include "core/init.h"
#include "core/log.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/mount.h"
#include "fs/pseudo.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/namespace.h"

#define SYSFS_MAGIC 0x62656572

struct dentry *sysfs_root;
static struct super_block *sysfs_sb;

static struct super_block *sysfs_create(struct caller *who,
                                        struct file_system_type *type,
                                        const char *source, const char *options)
{
    (void)who;
    (void)type;
    (void)source;
    (void)options;
    refcount_inc(&sysfs_sb->active);
    return sysfs_sb;
}

/* It shows the network's devices. Every kind begins with its head. */
static struct user_namespace *sysfs_owner(struct caller *who)
{
    return ((struct namespace *)who->ns->net)->owner;
}

static struct file_system_type sysfs_type = {
    .name = "sysfs",
    .flags = FST_USERNS_MOUNT | FST_SHARED | FST_REVEALING,
    .owner = sysfs_owner,
    .create = sysfs_create,
};

/* The directory at a path below /sys; ERR_PTR. */
struct dentry *sysfs_directory(const char *path)
{
    struct dentry *d = sysfs_root;
    char name[64];

    while (!IS_ERR(d) && *path) {
        size_t n = (size_t)(strchrnul(path, '/') - path);

        memcpy(name, path, min(n, sizeof(name) - 1));
        name[min(n, sizeof(name) - 1)] = 0;
        d = pseudo_add_directory(d, name);
        path += n + (path[n] == '/');
    }
    return d;
}

static int show_text(struct caller *who, struct inode *inode, struct text *out)
{
    (void)who;
    text_printf(out, "%s\n", (const char *)pseudo_private(inode));
    return 0;
}

static const struct pseudo_file_ops text_file = {.show = show_text};

static void add_text(const char *directory, const char *name, const char *text)
{
    struct dentry *d = sysfs_directory(directory);

    if (!IS_ERR(d))
        pseudo_add_file(d, name, 0444, &text_file, (void *)text);
}

/* "0-3", or "0". */
static int show_cpus(struct caller *who, struct inode *inode, struct text *out)
{
    (void)who;
    (void)inode;
    if (cpu_count() > 1)
        text_printf(out, "0-%u\n", cpu_count() - 1);
    else
        text_puts(out, "0\n");
    return 0;
}

static const struct pseudo_file_ops cpus_file = {.show = show_cpus};

static void add_cpus(void)
{
    static const char *const lists[] = {"online", "possible", "present"};
    struct dentry *cpus = sysfs_directory("devices/system/cpu"), *d;
    char name[16];

    if (IS_ERR(cpus))
        return;
    for (u32 i = 0; i < ARRAY_SIZE(lists); i++)
        pseudo_add_file(cpus, lists[i], 0444, &cpus_file, NULL);
    pseudo_add_file(cpus, "offline", 0444, &text_file, (void *)"");
    pseudo_add_file(cpus, "kernel_max", 0444, &text_file,
                    (void *)__stringify(MAX_CPUS));
    for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
        snprintf(name, sizeof(name), "cpu%u", cpu);
        d = pseudo_add_directory(cpus, name);
        if (IS_ERR(d))
            continue;
        if (cpu)
            pseudo_add_file(d, "online", 0444, &text_file, (void *)"1");
        pseudo_add_directory(d, "topology");
    }
}

/* ---------------------------------------------------------------- devices */

struct device_node {
    u32 major, minor;
    char name[24];
};

static int show_dev(struct caller *who, struct inode *inode, struct text *out)
{
    const struct device_node *n = pseudo_private(inode);

    (void)who;
    text_printf(out, "%u:%u\n", n->major, n->minor);
    return 0;
}

static int show_uevent(struct caller *who, struct inode *inode,
                       struct text *out)
{
    const struct device_node *n = pseudo_private(inode);

    (void)who;
    text_printf(out, "MAJOR=%u\nMINOR=%u\nDEVNAME=%s\n", n->major, n->minor,
                n->name);
    return 0;
}

static const struct pseudo_file_ops dev_file = {.show = show_dev};
static const struct pseudo_file_ops uevent_file = {.show = show_uevent};

static void add_link(const char *directory, const char *name,
                     const char *target)
{
    struct dentry *d = sysfs_directory(directory);

    if (!IS_ERR(d))
        pseudo_add_link(d, name, target);
}

struct dentry *sysfs_add_device(const char *class, const char *name, u32 major,
                                u32 minor)
{
    struct device_node *n = kzalloc(sizeof(*n), ALLOC_KERNEL);
    char path[96], number[24];
    struct dentry *d;

    if (!n)
        return NULL;
    n->major = major;
    n->minor = minor;
    strscpy(n->name, name, sizeof(n->name));
    snprintf(path, sizeof(path), "devices/virtual/%s/%s", class, name);
    d = sysfs_directory(path);
    if (IS_ERR(d) || IS_ERR(pseudo_add_file(d, "dev", 0444, &dev_file, n))) {
        kfree(n);
        return NULL;
    }
    pseudo_add_file(d, "uevent", 0644, &uevent_file, n);
    snprintf(path, sizeof(path), "../../devices/virtual/%s/%s", class, name);
    snprintf(number, sizeof(number), "%u:%u", major, minor);
    add_link("dev/char", number, path);
    snprintf(number, sizeof(number), "class/%s", class);
    add_link(number, name, path);
    snprintf(path, sizeof(path), "../../../../class/%s", class);
    pseudo_add_link(d, "subsystem", path);
    return d;
}

#define MEM_MAJOR 1

static void add_mem(void *ctx, struct device *d)
{
    (void)ctx;
    if (d->kind == DEVICE_CHARACTER && d->major == MEM_MAJOR && d->node)
        sysfs_add_device("mem", d->node, d->major, d->minor);
}

static int sysfs_devices_init(void)
{
    device_for_each(add_mem, NULL);
    return 0;
}
INITCALL(late, sysfs_devices_init);

void sysfs_init(void)
{
    static const char *const directories[] = {
        "block",     "bus",       "class/block",
        "class/net", "class/tty", "class/virtio-ports",
        "dev/block", "dev/char",  "devices",
        "firmware",  "kernel/mm", "module",
        "power",
    };
    struct dentry *d;

    sysfs_sb =
        pseudo_super_create(&sysfs_type, SYSFS_MAGIC, &pseudo_super_ops, 0555);
    if (IS_ERR(sysfs_sb))
        panic("no memory for sysfs\n");
    sysfs_root = sysfs_sb->root;
    for (u32 i = 0; i < ARRAY_SIZE(directories); i++)
        sysfs_directory(directories[i]);
    d = sysfs_directory("fs/cgroup");
    if (!IS_ERR(d))
        inode_set_flag(d->inode, INODE_EMPTY);
    add_cpus();
    add_text("kernel", "uevent_seqnum", "0");
    add_text("kernel/mm/transparent_hugepage", "enabled",
             "always madvise [never]");
    file_system_register(&sysfs_type);
}
