/*
 * The table of device numbers.
 */
#include "core/device.h"

#include "lib/errno.h"

static LIST_HEAD(devices);
static mutex_t device_lock = MUTEX_INIT(device_lock, "devices");
static void (*listener)(struct device *d, bool added);

static bool overlap(const struct device *a, const struct device *b)
{
    return a->kind == b->kind && a->major == b->major &&
           a->minor < b->minor + b->count && b->minor < a->minor + a->count;
}

int device_register(struct device *d)
{
    struct device *other;
    void (*tell)(struct device *, bool) = NULL;
    int error = 0;

    mutex_lock(&device_lock);
    list_for_each_entry (other, &devices, link)
        if (overlap(d, other))
            error = -EBUSY;
    if (!error) {
        list_add_tail(&d->link, &devices);
        tell = listener;
    }
    mutex_unlock(&device_lock);
    if (tell)
        tell(d, true);
    return error;
}

void device_unregister(struct device *d)
{
    mutex_lock(&device_lock);
    list_del(&d->link);
    mutex_unlock(&device_lock);
    if (listener)
        listener(d, false);
}

void device_announce(struct device *d)
{
    if (listener)
        listener(d, true);
}

struct device *device_find(enum device_kind kind, u32 major, u32 minor)
{
    struct device *d, *found = NULL;

    mutex_lock(&device_lock);
    list_for_each_entry (d, &devices, link)
        if (d->kind == kind && d->major == major && minor >= d->minor &&
            minor - d->minor < d->count) {
            found = d;
            break;
        }
    mutex_unlock(&device_lock);
    return found;
}

void device_for_each(void (*fn)(void *ctx, struct device *d), void *ctx)
{
    struct device *d;

    mutex_lock(&device_lock);
    list_for_each_entry (d, &devices, link)
        fn(ctx, d);
    mutex_unlock(&device_lock);
}

void device_set_listener(void (*changed)(struct device *d, bool added))
{
    struct device *d;
    struct list_head *at;

    mutex_lock(&device_lock);
    listener = changed;
    at = devices.next;
    mutex_unlock(&device_lock);
    /* Devices that were there before: at start, nobody unregisters yet. */
    for (; at != &devices; at = at->next) {
        d = list_entry(at, struct device, link);
        changed(d, true);
    }
}
