#include "ipc/timerfd.h"

#include "core/object.h"
#include "core/plant.h"
#include "core/request.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "proc/clock.h"
#include "proc/cred.h"

struct timerfd {
    struct object object; /* must be first */
    spinlock_t lock;      /* guards what follows; irq-safe */
    s32 clock;
    struct timer timer;
    u64 deadline, interval; /* ns, monotonic; deadline 0: off */
    u64 expirations;        /* not yet read */
    bool absolute;
    bool cancel_on_set; /* of an absolute realtime timer */
    bool cancelled;
    struct wait_queue expired;
    struct wait_entry clock_was_set; /* on time_was_set */
};

static const struct object_ops timerfd_ops;

static struct timerfd *timerfd_of(struct object *obj)
{
    return container_of(obj, struct timerfd, object);
}

static void timer_expired(struct timer *timer)
{
    struct timerfd *t = container_of(timer, struct timerfd, timer);
    unsigned long flags = spin_lock_irqsave(&t->lock);

    /* It may have been set anew while this waited for the lock. */
    if (t->deadline && t->deadline <= time_monotonic()) {
        t->expirations++;
        /* A periodic one is started again when it is read; the reader counts
         * what it missed. */
        if (!t->interval)
            t->deadline = 0;
    }
    spin_unlock_irqrestore(&t->lock, flags);
    wait_queue_wake(&t->expired, POLLIN, 0);
}

/* Count the periods that passed since the deadline; lock held. */
static void catch_up(struct timerfd *t)
{
    u64 now = time_monotonic(), missed;

    if (!t->interval || !t->deadline || t->deadline > now)
        return;
    missed = (now - t->deadline) / t->interval;
    t->expirations += missed;
    t->deadline += (missed + 1) * t->interval;
    timer_start(&t->timer, t->deadline);
}

static bool realtime_changed(struct wait_entry *entry, u32 key)
{
    struct timerfd *t = entry->data;
    unsigned long flags = spin_lock_irqsave(&t->lock);
    bool cancel = t->cancel_on_set && t->deadline;

    (void)key;
    if (cancel)
        t->cancelled = true;
    spin_unlock_irqrestore(&t->lock, flags);
    if (cancel)
        wait_queue_wake(&t->expired, POLLIN, 0);
    return false;
}

static void timerfd_release(struct object *obj)
{
    struct timerfd *t = timerfd_of(obj);

    wait_queue_remove(&time_was_set, &t->clock_was_set);
    if (!PLANTED(PLANT_TIMERFD_RELEASE))
        timer_cancel_sync(&t->timer);
    wait_queue_destroy(&t->expired);
    kfree(t);
}

static ssize_t timerfd_read(struct object *obj, struct io_request *req)
{
    struct timerfd *t = timerfd_of(obj);
    ssize_t result = 0;
    unsigned long flags;
    u64 value;

    if (iter_count(&req->iter) < sizeof(value))
        return -EINVAL;
    flags = spin_lock_irqsave(&t->lock);
    if (t->cancelled) {
        t->cancelled = false;
        t->expirations = 0;
        result = -ECANCELED;
    } else if (!t->expirations) {
        result = -EAGAIN;
        if (!(req->flags & REQ_NOWAIT)) {
            request_wait(req, &t->expired);
            result = -EIOCBQUEUED;
        }
    } else {
        catch_up(t);
        value = t->expirations;
        t->expirations = 0;
    }
    spin_unlock_irqrestore(&t->lock, flags);
    if (result)
        return result;
    return iter_copy_to(&req->iter, &value, sizeof(value)) == sizeof(value)
               ? (ssize_t)sizeof(value)
               : -EFAULT;
}

static u32 timerfd_poll(struct object *obj, struct poll_table *table)
{
    struct timerfd *t = timerfd_of(obj);

    poll_register(table, &t->expired);
    return READ_ONCE(t->expirations) || READ_ONCE(t->cancelled) ? POLLIN : 0;
}

static void read_value(struct timerfd *t, struct timerfd_value *v)
{
    u64 now = time_monotonic();

    if (t->expirations)
        catch_up(t);
    v->interval = t->interval;
    v->value = !t->deadline ? 0 : t->deadline > now ? t->deadline - now : 1;
}

int timerfd_set(const struct caller *who, struct object *obj, bool absolute,
                bool cancel_on_set, const struct timerfd_value *value,
                struct timerfd_value *old)
{
    struct timerfd *t = timerfd_of(obj);
    unsigned long flags;

    if (obj->ops != &timerfd_ops)
        return -EINVAL;
    timer_cancel_sync(&t->timer);
    flags = spin_lock_irqsave(&t->lock);
    read_value(t, old);
    timer_cancel(&t->timer);
    t->expirations = 0;
    t->cancelled = false;
    t->absolute = absolute;
    t->cancel_on_set =
        cancel_on_set && absolute &&
        (t->clock == CLOCK_REALTIME || t->clock == CLOCK_REALTIME_ALARM);
    t->interval = value->interval;
    t->deadline = 0;
    if (value->value) {
        u64 at = absolute ? clock_to_timer_base(who, t->clock, value->value)
                          : time_monotonic() + value->value;
        t->deadline = at ? at : 1;
        timer_start(&t->timer, t->deadline);
    }
    spin_unlock_irqrestore(&t->lock, flags);
    return 0;
}

int timerfd_get(struct object *obj, struct timerfd_value *now)
{
    struct timerfd *t = timerfd_of(obj);
    unsigned long flags;

    if (obj->ops != &timerfd_ops)
        return -EINVAL;
    flags = spin_lock_irqsave(&t->lock);
    read_value(t, now);
    spin_unlock_irqrestore(&t->lock, flags);
    return 0;
}

static size_t timerfd_describe(struct object *obj, char *buffer, size_t size)
{
    struct timerfd *t = timerfd_of(obj);
    struct timerfd_value v;
    u64 ticks = READ_ONCE(t->expirations);

    timerfd_get(obj, &v);
    return snprintf(buffer, size,
                    "clockid: %d\nticks: %lu\nsettime flags: 0%o\n"
                    "it_value: (%lu, %lu)\nit_interval: (%lu, %lu)\n",
                    t->clock, ticks,
                    (t->absolute ? 1 : 0) | (t->cancel_on_set ? 2 : 0),
                    v.value / (u64)NS_PER_SEC, v.value % (u64)NS_PER_SEC,
                    v.interval / (u64)NS_PER_SEC, v.interval % (u64)NS_PER_SEC);
}

static const struct object_ops timerfd_ops = {
    .seek = object_seek_nowhere,
    .name = "[timerfd]",
    .release = timerfd_release,
    .read = timerfd_read,
    .poll = timerfd_poll,
    .no_async = true,
    .describe = timerfd_describe,
};

struct grant *timerfd_create(struct caller *who, s32 clock, u32 obj_flags)
{
    struct timerfd *t;

    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
        break;
    case CLOCK_REALTIME_ALARM:
    case CLOCK_BOOTTIME_ALARM:
        if (!caller_capable_init(who, CAP_WAKE_ALARM))
            return ERR_PTR(-EPERM);
        break;
    default:
        return ERR_PTR(-EINVAL);
    }
    t = kzalloc(sizeof(*t), ALLOC_KERNEL);
    if (!t)
        return ERR_PTR(-ENOMEM);
    object_init(&t->object, OBJECT_TIMERFD, &timerfd_ops, obj_flags);
    spin_init(&t->lock, "timerfd");
    wait_queue_init(&t->expired);
    timer_setup(&t->timer, timer_expired);
    t->clock = clock;
    wait_entry_init(&t->clock_was_set, realtime_changed, t);
    wait_queue_add(&time_was_set, &t->clock_was_set);
    return grant_create(&t->object, RIGHT_ALL);
}
