#include "dev/serial_port.h"

#include "core/init.h"
#include "core/lock.h"
#include "lib/printf.h"
#include "lib/string.h"

static LIST_HEAD(serial_ports);
static mutex_t serial_lock = MUTEX_INIT(serial_lock, "serial_ports");
static void (*serial_listener)(struct serial_port *p);

void serial_port_register(struct serial_port *p)
{
    mutex_lock(&serial_lock);
    list_add_tail(&p->link, &serial_ports);
    if (serial_listener)
        serial_listener(p);
    mutex_unlock(&serial_lock);
}

void serial_port_set_listener(void (*added)(struct serial_port *p))
{
    struct serial_port *p;

    mutex_lock(&serial_lock);
    serial_listener = added;
    list_for_each_entry (p, &serial_ports, link)
        added(p);
    mutex_unlock(&serial_lock);
}

struct console_search {
    const char *name; /* NULL: only remember the last one */
    bool found, any;
    char last[16];
};

static void look_at_option(void *ctx, const char *name, const char *value,
                           bool after_dashes)
{
    struct console_search *s = ctx;
    size_t n;

    if (after_dashes || !value || strcmp(name, "console") != 0)
        return;
    n = strcspn(value, ",");
    if (n == 0 || n >= sizeof(s->last))
        return;
    memcpy(s->last, value, n);
    s->last[n] = 0;
    s->any = true;
    if (s->name && strcmp(s->last, s->name) == 0)
        s->found = true;
}

bool console_is_wanted(const char *family, u32 index)
{
    static bool given_away;
    char name[16];
    struct console_search s = {.name = name};

    snprintf(name, sizeof(name), "%s%u", family, index);
    boot_options_for_each(look_at_option, &s);
    if (s.any || given_away)
        return s.found;
    given_away = true;
    return true;
}

const char *console_preferred(void)
{
    static struct console_search s;

    if (!s.any)
        boot_options_for_each(look_at_option, &s);
    return s.last;
}
