/* /proc/tty/drivers, /proc/sys/kernel/pty. */
#include "core/device.h"
#include "core/init.h"
#include "fs/procfs.h"
#include "fs/sysctl.h"
#include "lib/string.h"
#include "tty/pty.h"

#define MAJOR_SYSTEM 5
#define MAJOR_MASTER 128
#define MAJOR_SLAVE  136

static bool is_terminal(const struct device *d)
{
    static const u32 majors[] = {4,           MAJOR_SYSTEM, MAJOR_MASTER,
                                 MAJOR_SLAVE, 204,          229};

    for (u32 i = 0; i < ARRAY_SIZE(majors); i++)
        if (d->major == majors[i])
            return d->kind == DEVICE_CHARACTER;
    return false;
}

static void put_driver(void *ctx, struct device *d)
{
    const char *node = d->node ? d->node : d->name;
    const char *kind = d->major == MAJOR_SYSTEM   ? "system"
                       : d->major == MAJOR_MASTER ? "pty:master"
                       : d->major == MAJOR_SLAVE  ? "pty:slave"
                                                  : "serial";
    u32 n = (u32)strlen(node);

    if (!is_terminal(d))
        return;
    /* The nodes of a range: their name without the number. */
    while (d->major != MAJOR_SYSTEM && n && node[n - 1] >= '0' &&
           node[n - 1] <= '9')
        n--;
    text_printf(ctx, "%-20s /dev/%-8.*s %3u ", d->name, (int)n, node, d->major);
    if (d->count > 1)
        text_printf(ctx, "%u-%u ", d->minor, d->minor + d->count - 1);
    else
        text_printf(ctx, "%7u ", d->minor);
    text_printf(ctx, "%s\n", kind);
}

static int show_drivers(struct caller *who, struct inode *inode,
                        struct text *out)
{
    (void)who;
    (void)inode;
    device_for_each(put_driver, out);
    return 0;
}

PROC_FILE(drivers_file, show_drivers);

static const struct sysctl entries[] = {
    SYSCTL_INT("kernel/pty/max", 0644, &ptys_max, 0, S32_MAX),
    SYSCTL_INT("kernel/pty/nr", 0444, &pty_count, 0, 0),
};

static int tty_proc_init(void)
{
    int error = proc_add_file("tty/drivers", 0444, &drivers_file, NULL);

    return error ? error : sysctl_add(entries, ARRAY_SIZE(entries));
}
INITCALL(fs, tty_proc_init);
