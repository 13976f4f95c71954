/*
 * Listeners: a filter's verdict "ask" stops the task, and whoever holds the
 * listener's handle reads the call, may put handles into the task's table, and
 * answers it, or lets the call run.
 *
 * A request (struct asked) lies on the stack of the task that waits. The
 * notifier's lock guards the list of requests, their states, and the link
 * between a filter and its notifier.
 */
#include <asm/abi.h>

#include "core/object.h"
#include "core/random.h"
#include "core/slab.h"
#include "core/wait.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/pid.h"
#include "proc/seccomp.h"
#include "proc/task.h"
#include "vm/user.h"

#define O_CLOEXEC_ABI 02000000u

enum asked_state {
    ASKED_NEW,
    ASKED_SENT,
    ASKED_ANSWERED
};

struct asked {
    struct list_head link;
    struct task *task;
    u64 id;
    const struct seccomp_data *data;
    enum asked_state state;
    s32 error;
    s64 value;
    u32 flags;
    struct wait_queue ready;
    struct list_head handles; /* struct given, to be put into the table */
};

struct given { /* on the stack of the one that gives */
    struct list_head link;
    struct grant *grant; /* owned until taken */
    u32 flags, slot, slot_flags;
    s64 result;
    bool done;
    struct wait_queue ready;
};

struct seccomp_notifier {
    refcount_t refs; /* the listener's, and one per task that asks */
    spinlock_t lock;
    struct list_head requests;
    struct wait_queue changed;
    u64 next_id;
    u32 fresh;   /* requests in state NEW */
    bool closed; /* the listener is gone */
};

struct listener {                      /* what the handle names */
    struct object object;              /* must be first */
    struct seccomp_notifier *notifier; /* owned */
    struct seccomp_filter *filter;     /* owned */
};

/* The link from a filter to its notifier is broken under this lock. */
static spinlock_t notifier_link_lock = SPINLOCK_INIT("seccomp_notifier_link");

static struct listener *listener_of(struct object *obj)
{
    return container_of(obj, struct listener, object);
}

static struct seccomp_notifier *notifier_get(struct seccomp_filter *f)
{
    struct seccomp_notifier *n;

    spin_lock(&notifier_link_lock);
    n = f->notifier;
    if (n)
        refcount_inc(&n->refs);
    spin_unlock(&notifier_link_lock);
    return n;
}

static void notifier_put(struct seccomp_notifier *n)
{
    if (refcount_dec_and_test(&n->refs))
        kfree(n);
}

/* Something happened: the lock is held. */
static void tell(struct seccomp_notifier *n, u32 events)
{
    if (!n->closed)
        wait_queue_wake(&n->changed, events, 0);
}

void seccomp_listener_hangup(struct seccomp_filter *f)
{
    struct seccomp_notifier *n = notifier_get(f);

    if (!n)
        return;
    spin_lock(&n->lock);
    tell(n, POLLHUP);
    spin_unlock(&n->lock);
    notifier_put(n);
}

/* -------------------------------------------------------- the asking side */

static void give_up(struct given *h, s64 result)
{
    list_del_init(&h->link);
    h->result = result;
    h->done = true;
    wake_up_all(&h->ready);
}

/* Put one handle into the task's own table. The lock is dropped meanwhile. */
static void take_handle(struct seccomp_notifier *n, struct asked *a,
                        struct given *h)
{
    struct caller *who = &a->task->caller;
    struct grant *g = h->grant;
    u32 flags = h->flags, slot = h->slot, slot_flags = h->slot_flags;
    s64 result;

    h->grant = NULL;
    list_del_init(&h->link);
    spin_unlock(&n->lock);
    if (flags & 1) {
        result = handle_replace(who, slot, g, slot_flags);
        if (!result)
            result = slot;
    } else {
        result = handle_add(who, g, slot_flags);
    }
    spin_lock(&n->lock);
    if (flags & 2) { /* the answer, too */
        a->value = result;
        a->error = result < 0 ? (s32)result : 0;
        if (result < 0)
            a->value = 0;
    }
    h->result = result;
    h->done = true;
    wake_up_all(&h->ready);
}

/* Wait for the answer; the lock is held. -ERESTARTSYS. */
static int wait_for_answer(struct seccomp_notifier *n, struct asked *a,
                           bool wait_killable)
{
    for (;;) {
        bool killable = wait_killable && a->state == ASKED_SENT;
        int error;

        if (!list_empty(&a->handles)) {
            take_handle(n, a,
                        list_first_entry(&a->handles, struct given, link));
            continue;
        }
        if (a->state == ASKED_ANSWERED)
            return 0;
        spin_unlock(&n->lock);
#define NEWS                                                              \
    (READ_ONCE(a->state) == ASKED_ANSWERED || !list_empty(&a->handles) || \
     (wait_killable && !killable && READ_ONCE(a->state) == ASKED_SENT))
        error = killable ? wait_event_killable(&a->ready, NEWS)
                         : wait_event_interruptible(&a->ready, NEWS);
#undef NEWS
        spin_lock(&n->lock);
        /* Received meanwhile: from now on only death ends the wait. */
        if (error && wait_killable && !killable && a->state == ASKED_SENT)
            continue;
        if (error && a->state != ASKED_ANSWERED)
            return -ERESTARTSYS;
    }
}

bool seccomp_ask(struct task *t, struct seccomp_filter *f,
                 const struct seccomp_data *data, s64 *result)
{
    struct seccomp_notifier *n = notifier_get(f);
    struct asked a = {.task = t, .data = data};
    struct given *h, *next;
    int error = -ENOSYS;

    *result = -ENOSYS;
    if (!n)
        return false;
    INIT_LIST_HEAD(&a.handles);
    wait_queue_init(&a.ready);
    spin_lock(&n->lock);
    if (n->closed)
        goto out;
    a.id = n->next_id++;
    list_add_tail(&a.link, &n->requests);
    n->fresh++;
    tell(n, POLLIN | POLLRDNORM);
    error = wait_for_answer(n, &a, f->wait_killable);
    if (a.state == ASKED_NEW)
        n->fresh--;
    list_del_init(&a.link);
    list_for_each_entry_safe (h, next, &a.handles, link)
        give_up(h, -ESRCH);
out:
    spin_unlock(&n->lock);
    notifier_put(n);
    if (!error && a.flags & 1)
        return true;
    *result = error ? error : a.error ? a.error : a.value;
    return false;
}

/* ----------------------------------------------------- the answering side */

struct abi_notif { /* struct seccomp_notif */
    u64 id;
    u32 pid, flags;
    struct seccomp_data data;
};
ASSERT_SIZE(struct abi_notif, 80);
struct abi_response { /* struct seccomp_notif_resp */
    u64 id;
    s64 value;
    s32 error;
    u32 flags;
};
ASSERT_SIZE(struct abi_response, 24);
struct abi_add_handle { /* struct seccomp_notif_addfd */
    u64 id;
    u32 flags, source, slot, slot_flags;
};
ASSERT_SIZE(struct abi_add_handle, 24);

static struct asked *find(struct seccomp_notifier *n, u64 id)
{
    struct asked *a;

    list_for_each_entry (a, &n->requests, link)
        if (a->id == id)
            return a;
    return NULL;
}

static struct asked *first_fresh(struct seccomp_notifier *n)
{
    struct asked *a;

    list_for_each_entry (a, &n->requests, link)
        if (a->state == ASKED_NEW)
            return a;
    return NULL;
}

static long receive(struct seccomp_notifier *n, struct caller *who, u64 address)
{
    struct abi_notif out;
    struct asked *a;
    int error;

    if (user_read(who->mm, &out, address, sizeof(out)))
        return -EFAULT;
    for (size_t i = 0; i < sizeof(out); i++)
        if (((u8 *)&out)[i])
            return -EINVAL;
    error = wait_event_interruptible(&n->changed, READ_ONCE(n->fresh));
    if (error)
        return error;
    spin_lock(&n->lock);
    a = first_fresh(n);
    if (!a) {
        spin_unlock(&n->lock);
        return -ENOENT;
    }
    out = (struct abi_notif){
        .id = a->id,
        .pid = pid_number(a->task->pids[PID_TASK], task_pid_ns(who->task)),
        .data = *a->data,
    };
    a->state = ASKED_SENT;
    n->fresh--;
    wake_up_all(&a->ready);
    tell(n, POLLOUT | POLLWRNORM);
    spin_unlock(&n->lock);
    if (!user_write(who->mm, address, &out, sizeof(out)))
        return 0;
    /* Nobody knows of it: it waits again. */
    spin_lock(&n->lock);
    a = find(n, out.id);
    if (a && a->state == ASKED_SENT) {
        a->state = ASKED_NEW;
        n->fresh++;
        tell(n, POLLIN | POLLRDNORM);
    }
    spin_unlock(&n->lock);
    return -EFAULT;
}

static long answer(struct seccomp_notifier *n, struct caller *who, u64 address)
{
    struct abi_response in;
    struct asked *a;
    long result = 0;

    if (user_read(who->mm, &in, address, sizeof(in)))
        return -EFAULT;
    if (in.flags & ~1u || (in.flags && (in.error || in.value)))
        return -EINVAL;
    spin_lock(&n->lock);
    a = find(n, in.id);
    if (!a) {
        result = -ENOENT;
    } else if (a->state != ASKED_SENT) {
        result = -EINPROGRESS;
    } else {
        a->state = ASKED_ANSWERED;
        a->error = in.error;
        a->value = in.value;
        a->flags = in.flags;
        wake_up_all(&a->ready);
    }
    spin_unlock(&n->lock);
    return result;
}

static long is_valid(struct seccomp_notifier *n, struct caller *who,
                     u64 address)
{
    struct asked *a;
    u64 id;
    long result;

    if (user_read64(who->mm, address, &id))
        return -EFAULT;
    spin_lock(&n->lock);
    a = find(n, id);
    result = a && a->state == ASKED_SENT ? 0 : -ENOENT;
    spin_unlock(&n->lock);
    return result;
}

static long queue_handle(struct seccomp_notifier *n, u64 id, struct given *h)
{
    struct asked *a = find(n, id);

    if (!a)
        return -ENOENT;
    if (a->state != ASKED_SENT)
        return -EINPROGRESS;
    if (h->flags & 2) {
        /* One that is on its way could not be answered any more. */
        if (!list_empty(&a->handles))
            return -EBUSY;
        a->state = ASKED_ANSWERED;
    }
    list_add_tail(&h->link, &a->handles);
    wake_up_all(&a->ready);
    return 0;
}

static long add_handle(struct seccomp_notifier *n, struct caller *who,
                       u64 address)
{
    struct abi_add_handle in;
    struct given h = {0};
    long result;

    if (user_read(who->mm, &in, address, sizeof(in)))
        return -EFAULT;
    if (in.slot_flags & ~O_CLOEXEC_ABI || in.flags & ~3u ||
        (in.slot && !(in.flags & 1)))
        return -EINVAL;
    h.grant = handle_get_grant(who, (s32)in.source, RIGHT_NONE);
    if (IS_ERR(h.grant))
        return PTR_ERR(h.grant);
    h.flags = in.flags;
    h.slot = in.slot;
    h.slot_flags = in.slot_flags ? HANDLE_CLOEXEC : 0;
    wait_queue_init(&h.ready);
    spin_lock(&n->lock);
    result = queue_handle(n, in.id, &h);
    spin_unlock(&n->lock);
    if (!result) {
        long error = wait_event_interruptible(&h.ready, READ_ONCE(h.done));

        spin_lock(&n->lock);
        while (!h.done && list_empty(&h.link)) { /* it is being taken */
            spin_unlock(&n->lock);
            sched_yield();
            spin_lock(&n->lock);
        }
        if (!h.done)
            list_del_init(&h.link);
        result = h.done ? h.result : error;
        spin_unlock(&n->lock);
    }
    if (h.grant)
        grant_put(h.grant);
    return result;
}

#define NOTIF_RECV      0xc0502100u
#define NOTIF_SEND      0xc0182101u
#define NOTIF_ID_VALID  0x40082102u
#define NOTIF_ID_VALID0 0x80082102u /* what headers said first */
#define NOTIF_ADDFD     0x40182103u

static long notifier_ioctl(struct object *obj, struct caller *who, u32 cmd,
                           u64 arg)
{
    struct seccomp_notifier *n = listener_of(obj)->notifier;

    switch (cmd) {
    case NOTIF_RECV:
        return receive(n, who, arg);
    case NOTIF_SEND:
        return answer(n, who, arg);
    case NOTIF_ID_VALID:
    case NOTIF_ID_VALID0:
        return is_valid(n, who, arg);
    case NOTIF_ADDFD:
        return add_handle(n, who, arg);
    default:
        return -EINVAL;
    }
}

static u32 notifier_poll(struct object *obj, struct poll_table *table)
{
    struct seccomp_notifier *n = listener_of(obj)->notifier;
    struct asked *a;
    u32 events = 0;

    poll_register(table, &n->changed);
    spin_lock(&n->lock);
    list_for_each_entry (a, &n->requests, link) {
        if (a->state == ASKED_NEW)
            events |= POLLIN | POLLRDNORM;
        if (a->state == ASKED_SENT)
            events |= POLLOUT | POLLWRNORM;
    }
    spin_unlock(&n->lock);
    if (atomic_load(&listener_of(obj)->filter->users) == 0)
        events |= POLLHUP;
    return events;
}

/* The last handle is gone: nobody will answer any more. */
static void listener_release(struct object *obj)
{
    struct listener *l = listener_of(obj);
    struct seccomp_notifier *n = l->notifier;
    struct asked *a;

    spin_lock(&notifier_link_lock);
    l->filter->notifier = NULL;
    spin_unlock(&notifier_link_lock);
    spin_lock(&n->lock);
    n->closed = true;
    list_for_each_entry (a, &n->requests, link) {
        if (a->state == ASKED_ANSWERED)
            continue;
        if (a->state == ASKED_NEW)
            n->fresh--;
        a->state = ASKED_ANSWERED;
        a->error = -ENOSYS;
        a->value = 0;
        wake_up_all(&a->ready);
    }
    spin_unlock(&n->lock);
    wait_queue_destroy(&n->changed);
    notifier_put(n);
    seccomp_filter_put(l->filter);
    kfree(l);
}

static const struct object_ops listener_ops = {
    .name = "seccomp notify",
    .release = listener_release,
    .ioctl = notifier_ioctl,
    .poll = notifier_poll,
};

struct grant *seccomp_listener_create(struct seccomp_filter *f)
{
    struct seccomp_notifier *n = kzalloc(sizeof(*n), ALLOC_KERNEL);
    struct listener *l = kzalloc(sizeof(*l), ALLOC_KERNEL);

    if (!n || !l) {
        kfree(n);
        kfree(l);
        return ERR_PTR(-ENOMEM);
    }
    refcount_set(&n->refs, 1);
    spin_init(&n->lock, "seccomp_notifier");
    INIT_LIST_HEAD(&n->requests);
    wait_queue_init(&n->changed);
    random_bytes(&n->next_id, sizeof(n->next_id));
    object_init(&l->object, OBJECT_SECCOMP, &listener_ops, OBJ_STREAM);
    l->notifier = n;
    l->filter = seccomp_filter_get(f);
    f->notifier = n;
    return grant_create(&l->object, RIGHT_ALL);
}
