#include "ipc/signalfd.h"

#include "core/object.h"
#include "core/request.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "proc/siginfo_abi.h"
#include "proc/task.h"

#define RECORD_SIZE 128

struct signalfd {
    struct object object; /* must be first */
    sigset_t set;         /* atomic */
};

static const struct object_ops signalfd_ops;

static struct signalfd *signalfd_of(struct object *obj)
{
    return container_of(obj, struct signalfd, object);
}

static void signalfd_release(struct object *obj)
{
    kfree(signalfd_of(obj));
}

static sigset_t pending_of(struct task *t)
{
    return READ_ONCE(t->signal.pending.set) |
           READ_ONCE(t->group->shared_pending.set);
}

static ssize_t signalfd_read(struct object *obj, struct io_request *req)
{
    struct signalfd *s = signalfd_of(obj);
    struct task *t = req->caller->task;
    size_t done = 0;
    u8 record[RECORD_SIZE];
    struct signal_info info;

    if (iter_count(&req->iter) < RECORD_SIZE || !t)
        return -EINVAL;
    while (iter_count(&req->iter) >= RECORD_SIZE) {
        if (!signal_dequeue(t, READ_ONCE(s->set), &info)) {
            unsigned long flags;

            if (done)
                break;
            if (req->flags & REQ_NOWAIT)
                return -EAGAIN;
            flags = spin_lock_irqsave(&t->group->lock);
            if (pending_of(t) & s->set) {
                spin_unlock_irqrestore(&t->group->lock, flags);
                continue;
            }
            request_wait(req, &t->group->signalfd_wait);
            spin_unlock_irqrestore(&t->group->lock, flags);
            return -EIOCBQUEUED;
        }
        signal_info_to_signalfd(&info, record);
        if (iter_copy_to(&req->iter, record, RECORD_SIZE) != RECORD_SIZE)
            return done ? (ssize_t)done : -EFAULT;
        done += RECORD_SIZE;
    }
    return done;
}

static u32 signalfd_poll(struct object *obj, struct poll_table *table)
{
    struct signalfd *s = signalfd_of(obj);
    struct task *t = task_current();

    poll_register(table, &t->group->signalfd_wait);
    return pending_of(t) & READ_ONCE(s->set) ? POLLIN : 0;
}

static size_t signalfd_describe(struct object *obj, char *buffer, size_t size)
{
    return snprintf(buffer, size, "sigmask:\t%016lx\n",
                    READ_ONCE(signalfd_of(obj)->set));
}

static const struct object_ops signalfd_ops = {
    .seek = object_seek_nowhere,
    .name = "[signalfd]",
    .release = signalfd_release,
    .read = signalfd_read,
    .poll = signalfd_poll,
    .no_async = true,
    .describe = signalfd_describe,
};

static sigset_t allowed(sigset_t set)
{
    return set & ~(SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP));
}

struct grant *signalfd_create(sigset_t set, u32 obj_flags)
{
    struct signalfd *s = kzalloc(sizeof(*s), ALLOC_KERNEL);

    if (!s)
        return ERR_PTR(-ENOMEM);
    object_init(&s->object, OBJECT_SIGNALFD, &signalfd_ops, obj_flags);
    s->set = allowed(set);
    return grant_create(&s->object, RIGHT_ALL);
}

bool object_is_signalfd(const struct object *obj)
{
    return obj->ops == &signalfd_ops;
}

int signalfd_change(struct object *obj, sigset_t set)
{
    if (obj->ops != &signalfd_ops)
        return -EINVAL;
    WRITE_ONCE(signalfd_of(obj)->set, allowed(set));
    wait_queue_wake(&task_current()->group->signalfd_wait, POLLIN, 0);
    return 0;
}
