/*
 * /dev/tty, the terminal that controls the caller, and /dev/console, which
 * stands for the last console= of the command line.
 */
#include "core/init.h"
#include "dev/serial_port.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "tty/tty.h"

#define CONSOLES 8

static struct {
    mutex_t lock; /* guards what follows */
    struct tty *ttys[CONSOLES];
    char names[CONSOLES][16];
    u32 count;
} consoles = {.lock = MUTEX_INIT(consoles.lock, "consoles")};

void tty_console_offer(struct tty *t, const char *name)
{
    mutex_lock(&consoles.lock);
    if (consoles.count < CONSOLES) {
        strscpy(consoles.names[consoles.count], name, 16);
        consoles.ttys[consoles.count++] = t;
    }
    mutex_unlock(&consoles.lock);
}

/* The one that the command line prefers, else the first. Lock held. */
static u32 preferred(void)
{
    const char *name = console_preferred();

    for (u32 i = 0; i < consoles.count; i++)
        if (strcmp(consoles.names[i], name) == 0)
            return i;
    return 0;
}

struct tty *tty_console(void)
{
    struct tty *t = NULL;

    mutex_lock(&consoles.lock);
    if (consoles.count)
        t = consoles.ttys[preferred()];
    mutex_unlock(&consoles.lock);
    return t;
}

size_t tty_console_active(char *buffer, size_t size)
{
    size_t n = 0;
    u32 last;

    mutex_lock(&consoles.lock);
    last = preferred();
    for (u32 i = consoles.count; i-- > 0;)
        if (i != last)
            n += (size_t)scnprintf(buffer + n, size - n, "%s ",
                                   consoles.names[i]);
    if (consoles.count)
        n += (size_t)scnprintf(buffer + n, size - n, "%s\n",
                               consoles.names[last]);
    mutex_unlock(&consoles.lock);
    return n;
}

void tty_console_for_each(void (*fn)(void *ctx, const char *name, u32 major,
                                     u32 minor, bool preferred),
                          void *ctx)
{
    u32 first;

    mutex_lock(&consoles.lock);
    first = preferred();
    for (u32 i = 0; i < consoles.count; i++) {
        /* The preferred one changes places with the first. */
        u32 n = i == 0 ? first : i == first ? 0 : i;

        fn(ctx, consoles.names[n], consoles.ttys[n]->major,
           consoles.ttys[n]->minor, n == first);
    }
    mutex_unlock(&consoles.lock);
}

static int controlling_open(struct device *d, struct device_file *file,
                            struct caller *who)
{
    struct tty *t = who->task ? tty_of_task(who->task) : NULL;
    int error;

    (void)d;
    if (!t)
        return -ENXIO;
    error = tty_open(t, file, who, true, false);
    tty_put(t);
    return error;
}

static int console_open(struct device *d, struct device_file *file,
                        struct caller *who)
{
    struct tty *t = tty_console();

    (void)d;
    if (!t)
        return -ENODEV;
    return tty_open(t, file, who, true, true);
}

static void node_closed(struct device *d, struct device_file *file)
{
    (void)d;
    tty_close(file);
}

static struct device controlling_node = {
    .kind = DEVICE_CHARACTER,
    .major = 5,
    .minor = 0,
    .count = 1,
    .name = "/dev/tty",
    .node = "tty",
    .node_mode = 0666,
    .ops = &tty_object_ops,
    .open = controlling_open,
    .closed = node_closed,
};

static struct device console_node = {
    .kind = DEVICE_CHARACTER,
    .major = 5,
    .minor = 1,
    .count = 1,
    .name = "/dev/console",
    .node = "console",
    .node_mode = 0600,
    .ops = &tty_object_ops,
    .open = console_open,
    .closed = node_closed,
};

static int tty_nodes_init(void)
{
    int error = device_register(&controlling_node);

    return error ? error : device_register(&console_node);
}
INITCALL(proc, tty_nodes_init);
