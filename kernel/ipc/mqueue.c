#include "ipc/mqueue.h"

#include "core/iter.h"
#include "core/request.h"
#include "core/time.h"
#include "fs/file.h"
#include "ipc/ipc_namespace.h"
#include "ipc/mqueue_internal.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/pid.h"
#include "proc/signal.h"
#include "proc/task.h"

void mqueue_set_up(struct mqueue *q)
{
    spin_init(&q->lock, "mqueue");
    INIT_LIST_HEAD(&q->waiters[MQ_SEND]);
    INIT_LIST_HEAD(&q->waiters[MQ_RECEIVE]);
    wait_queue_init(&q->changed);
}

struct mqueue *mqueue_from_object(struct object *obj)
{
    return obj->ops == &mqueue_file_ops
               ? mqueue_of(file_from_object(obj)->inode)
               : NULL;
}

/* -------------------------------------------------------------- messages -- */

static void put_in(struct mqueue *q, struct message *m)
{
    struct rb_node **link = &q->messages.root.node, *parent = NULL;
    bool first = true;

    while (*link) {
        parent = *link;
        if (m->type > rb_entry(parent, struct message, node)->type) {
            link = &parent->left;
        } else {
            link = &parent->right;
            first = false;
        }
    }
    rb_link_node(&m->node, parent, link);
    rb_insert_color_cached(&m->node, &q->messages, first);
    q->attributes.messages++;
    q->bytes += m->size;
}

static struct message *take_out(struct mqueue *q)
{
    struct rb_node *first = rb_first_cached(&q->messages);
    struct message *m = rb_entry(first, struct message, node);

    rb_erase_cached(first, &q->messages);
    q->attributes.messages--;
    q->bytes -= m->size;
    return m;
}

void mqueue_empty(struct mqueue *q)
{
    while (q->attributes.messages)
        message_free(take_out(q));
    wait_queue_destroy(&q->changed);
    pid_put(q->notify);
}

static void touch(struct mqueue *q)
{
    q->inode.atime = q->inode.mtime = q->inode.ctime = file_time_now();
}

/* --------------------------------------------------------------- waiting -- */

/* How urgent a thread is: those of real time go first. */
static u32 urgency(const struct task *t)
{
    u8 policy = t->thread.policy;

    return policy == SCHED_FIFO || policy == SCHED_RR ? t->thread.rt_priority
                                                      : 0;
}

static void queue_waiter(struct mqueue *q, struct mq_waiter *w,
                         enum mq_side side)
{
    struct list_head *before = &q->waiters[side];
    struct mq_waiter *other;

    list_for_each_entry (other, &q->waiters[side], link)
        if (urgency(other->sleeper.task) < urgency(w->sleeper.task)) {
            before = &other->link;
            break;
        }
    list_add_tail(&w->link, before);
}

static struct mq_waiter *first_waiter(struct mqueue *q, enum mq_side side)
{
    return list_empty(&q->waiters[side])
               ? NULL
               : list_first_entry(&q->waiters[side], struct mq_waiter, link);
}

static void finish(struct mq_waiter *w)
{
    list_del_init(&w->link);
    ipc_wake(&w->sleeper);
}

/* Locked on entry, not on return. 0: done by another. */
static int wait_for_other(struct caller *who, struct mqueue *q,
                          enum mq_side side, struct mq_waiter *w, u64 deadline)
{
    int error;

    ipc_sleeper_init(&w->sleeper, who);
    queue_waiter(q, w, side);
    spin_unlock(&q->lock);
    error = ipc_sleep(&w->sleeper, deadline);
    if (!error)
        return 0;
    spin_lock(&q->lock);
    if (ipc_sleeper_done(&w->sleeper))
        error = 0;
    else
        list_del(&w->link);
    spin_unlock(&q->lock);
    return error;
}

/* ---------------------------------------------------------- notification -- */

static struct pid *own_pid(const struct caller *who)
{
    return who->task->group->leader->pids[PID_PROCESS];
}

/* A message came to an empty queue: who is to learn of it (to be given to
 * tell()), or NULL. Locked. */
static struct pid *to_notify(struct mqueue *q, struct mq_notification *how)
{
    struct pid *p = q->notify;

    if (!p || q->attributes.messages != 1)
        return NULL;
    *how = q->how;
    q->notify = NULL;
    return p;
}

static void tell(struct caller *who, struct pid *p,
                 const struct mq_notification *how)
{
    struct signal_info info = {
        .signo = how->signo,
        .code = SI_MESGQ,
        .value = how->value,
        .uid = uid_from_kernel(&user_ns_first, who->cred->uid),
    };
    struct task *t;

    if (!p)
        return;
    if (how->kind == MQ_NOTIFY_SIGNAL && how->signo) {
        rcu_read_lock();
        info.pid = (s32)pid_number(own_pid(who), p->numbers[p->level].ns);
        t = pid_task(p, PID_PROCESS);
        if (t) {
            info.uid = uid_from_kernel(t->cred->user_ns, who->cred->uid);
            (void)signal_send_process(t, &info);
        }
        rcu_read_unlock();
    }
    pid_put(p);
}

int mq_notify(struct caller *who, struct object *obj,
              const struct mq_notification *how)
{
    struct mqueue *q = mqueue_from_object(obj);
    struct pid *old = NULL;
    int error = 0;

    if (!q)
        return -EBADF;
    spin_lock(&q->lock);
    if (how && q->notify) {
        error = -EBUSY;
    } else if (how) {
        q->notify = pid_get(own_pid(who));
        q->how = *how;
        q->inode.atime = q->inode.ctime = file_time_now();
    } else if (q->notify == own_pid(who)) {
        old = q->notify;
        q->notify = NULL;
        q->inode.atime = q->inode.ctime = file_time_now();
    }
    spin_unlock(&q->lock);
    pid_put(old);
    return error;
}

/* --------------------------------------------------------- send, receive -- */

static bool is_nonblocking(struct object *obj)
{
    return atomic_load(&obj->flags) & OBJ_NONBLOCK;
}

int mq_send(struct caller *who, struct object *obj, u64 data, u64 size,
            u32 priority, u64 deadline)
{
    struct mqueue *q = mqueue_from_object(obj);
    struct mq_waiter w = {0}, *receiver;
    struct mq_notification how = {0};
    struct pid *listener = NULL;
    struct message *m;
    int error = 0;

    if (!q)
        return -EBADF;
    if (size > (u64)q->attributes.size_max)
        return -EMSGSIZE;
    m = message_load(who->mm, data, size, priority);
    if (IS_ERR(m))
        return (int)PTR_ERR(m);
    spin_lock(&q->lock);
    if (q->attributes.messages >= q->attributes.messages_max) {
        if (is_nonblocking(obj)) {
            spin_unlock(&q->lock);
            error = -EAGAIN;
        } else {
            w.message = m;
            error = wait_for_other(who, q, MQ_SEND, &w, deadline);
        }
        if (error)
            message_free(m);
        return error;
    }
    receiver = first_waiter(q, MQ_RECEIVE);
    if (receiver) {
        receiver->message = m;
        finish(receiver);
    } else {
        put_in(q, m);
        listener = to_notify(q, &how);
    }
    touch(q);
    spin_unlock(&q->lock);
    if (!receiver)
        wait_queue_wake(&q->changed, POLLIN, 0);
    tell(who, listener, &how);
    return 0;
}

struct message *mq_receive(struct caller *who, struct object *obj, u64 size,
                           u64 deadline)
{
    struct mqueue *q = mqueue_from_object(obj);
    struct mq_waiter w = {0}, *sender;
    struct message *m;
    int error;

    if (!q)
        return ERR_PTR(-EBADF);
    if (size < (u64)q->attributes.size_max)
        return ERR_PTR(-EMSGSIZE);
    spin_lock(&q->lock);
    if (!q->attributes.messages) {
        if (is_nonblocking(obj)) {
            spin_unlock(&q->lock);
            return ERR_PTR(-EAGAIN);
        }
        error = wait_for_other(who, q, MQ_RECEIVE, &w, deadline);
        return error ? ERR_PTR(error) : w.message;
    }
    m = take_out(q);
    touch(q);
    sender = first_waiter(q, MQ_SEND);
    if (sender) {
        put_in(q, sender->message);
        finish(sender);
    }
    spin_unlock(&q->lock);
    if (!sender)
        wait_queue_wake(&q->changed, POLLOUT, 0);
    return m;
}

int mq_get_attributes(struct object *obj, struct mq_attributes *out)
{
    struct mqueue *q = mqueue_from_object(obj);

    if (!q)
        return -EBADF;
    spin_lock(&q->lock);
    *out = q->attributes;
    spin_unlock(&q->lock);
    return 0;
}

/* --------------------------------------------------------- the open file -- */

#define SIGEV_NONE 1

static ssize_t file_read(struct object *obj, struct io_request *req)
{
    struct file *f = file_from_object(obj);
    struct mqueue *q = mqueue_of(f->inode);
    s64 pos = file_position_begin(f, req);
    const struct pid_namespace *ns =
        req->caller->task ? task_pid_ns(req->caller->task) : &pid_ns_first;
    char text[80];
    int length;
    ssize_t done = 0;

    spin_lock(&q->lock);
    length = snprintf(
        text, sizeof(text),
        "QSIZE:%-10lu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n", q->bytes,
        q->notify && q->how.kind == MQ_NOTIFY_NONE ? SIGEV_NONE : 0,
        q->notify && q->how.kind == MQ_NOTIFY_SIGNAL ? q->how.signo : 0,
        q->notify ? (s32)pid_number(q->notify, ns) : 0);
    q->inode.atime = q->inode.ctime = file_time_now();
    spin_unlock(&q->lock);
    length = min(length, (int)sizeof(text) - 1);
    if (pos >= 0 && pos < length) {
        size_t n = min((size_t)(length - pos), iter_count(&req->iter));

        done = (ssize_t)iter_copy_to(&req->iter, text + pos, n);
        if (!done && n)
            done = -EFAULT;
    }
    file_position_end(f, req, pos + max(done, (ssize_t)0));
    return done;
}

static u32 file_poll(struct object *obj, struct poll_table *table)
{
    struct mqueue *q = mqueue_from_object(obj);
    u32 events = 0;

    poll_register(table, &q->changed);
    spin_lock(&q->lock);
    if (q->attributes.messages)
        events |= POLLIN | POLLRDNORM;
    if (q->attributes.messages < q->attributes.messages_max)
        events |= POLLOUT | POLLWRNORM;
    spin_unlock(&q->lock);
    return events;
}

/* Whoever closes it (by any of his handles) is not notified any more. */
static int file_closed(struct object *obj, struct caller *who)
{
    struct mqueue *q = mqueue_from_object(obj);
    struct pid *old = NULL;

    spin_lock(&q->lock);
    if (who->task && q->notify && q->notify == own_pid(who)) {
        old = q->notify;
        q->notify = NULL;
    }
    spin_unlock(&q->lock);
    pid_put(old);
    return file_close_handle(obj, who);
}

const struct object_ops mqueue_file_ops = {
    .name = "mqueue",
    .release = file_release,
    .close_handle = file_closed,
    .read = file_read,
    .poll = file_poll,
    .seek = file_seek,
};
