#include "ipc/msg.h"

#include "core/slab.h"
#include "core/time.h"
#include "core/wait.h"
#include "ipc/ipc_namespace.h"
#include "lib/string.h"
#include "proc/task.h"

struct msg_queue {
    struct ipc_object object; /* must be first; its lock guards the rest */
    struct ipc_namespace *ns; /* borrowed: it counts our bytes */
    struct list_head messages;
    struct list_head senders, receivers; /* oldest first */
    s64 sent, received, changed;
    u64 bytes, count, bytes_max;
    struct ipc_process sender, receiver;
};

struct msg_sender { /* on its stack */
    struct list_head link;
    struct ipc_sleeper sleeper;
    u64 size;
};

enum match {
    MATCH_ANY,
    MATCH_EQUAL,
    MATCH_OTHER,   /* MSG_EXCEPT */
    MATCH_AT_MOST, /* the lowest type that is not above it */
    MATCH_NUMBER,  /* MSG_COPY: the n-th message */
};

struct msg_receiver { /* on its stack */
    struct list_head link;
    struct ipc_sleeper sleeper;
    enum match match;
    s64 type;
    u64 size_max;
    struct message *message; /* or ERR_PTR */
};

static s64 now_seconds(void)
{
    return time_realtime() / (s64)NS_PER_SEC;
}

static struct msg_queue *queue_of(struct ipc_object *o)
{
    return container_of(o, struct msg_queue, object);
}

static struct ipc_object *create(struct caller *who, struct ipc_namespace *ns,
                                 const struct ipc_get *get)
{
    struct msg_queue *q = kzalloc(sizeof(*q), ALLOC_KERNEL);

    (void)who;
    (void)get;
    if (!q)
        return ERR_PTR(-ENOMEM);
    q->ns = ns;
    INIT_LIST_HEAD(&q->messages);
    INIT_LIST_HEAD(&q->senders);
    INIT_LIST_HEAD(&q->receivers);
    q->bytes_max = (u64)READ_ONCE(ns->msg_queue_bytes);
    q->changed = now_seconds();
    return &q->object;
}

static const struct ipc_get_ops get_ops = {.create = create};

s64 msg_get(struct caller *who, s32 key, u32 flags)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct ipc_get get = {key, flags, 0};

    return ipc_get_id(who, ns, IPC_MSG, &get_ops, &get,
                      (u32)READ_ONCE(ns->msg_queues_max));
}

static struct msg_queue *find(struct ipc_namespace *ns, s32 id)
{
    struct ipc_object *o = ipc_object_get(ipc_table_of(ns, IPC_MSG), id);

    return IS_ERR(o) ? ERR_CAST(o) : queue_of(o);
}

static void count(struct msg_queue *q, const struct message *m, s64 sign)
{
    q->bytes += (u64)sign * m->size;
    q->count += (u64)sign;
    atomic64_add(sign * (s64)m->size, &q->ns->msg_bytes);
    atomic64_add(sign, &q->ns->msg_count);
}

/* --------------------------------------------------------------- sending -- */

static bool fits(const struct msg_queue *q, u64 size)
{
    return size + q->bytes <= q->bytes_max && 1 + q->count <= q->bytes_max;
}

/* There is room: wake those senders whose messages fit. Those that do not
 * stand behind, so that the next room is theirs in the same order. */
static void wake_senders(struct msg_queue *q)
{
    struct msg_sender *s, *next, *stop = NULL;

    list_for_each_entry_safe (s, next, &q->senders, link) {
        if (s == stop)
            break;
        if (fits(q, s->size)) {
            list_del_init(&s->link);
            ipc_wake(&s->sleeper);
            continue;
        }
        if (!stop)
            stop = s;
        list_move_tail(&s->link, &q->senders);
    }
}

static bool matches(const struct message *m, enum match match, s64 type)
{
    switch (match) {
    case MATCH_ANY:
    case MATCH_NUMBER:
        return true;
    case MATCH_AT_MOST:
        return m->type <= type;
    case MATCH_EQUAL:
        return m->type == type;
    case MATCH_OTHER:
        return m->type != type;
    }
    return false;
}

static void answer(struct msg_receiver *r, struct message *m)
{
    list_del_init(&r->link);
    r->message = m;
    ipc_wake(&r->sleeper);
}

/* Give it to the first who waits for such a one. */
static bool hand_over(struct msg_queue *q, struct message *m)
{
    struct msg_receiver *r, *next;

    list_for_each_entry_safe (r, next, &q->receivers, link) {
        if (!matches(m, r->match, r->type))
            continue;
        if (m->size > r->size_max) {
            answer(r, ERR_PTR(-E2BIG));
            continue;
        }
        ipc_process_set(&q->receiver, r->sleeper.task);
        q->received = now_seconds();
        answer(r, m);
        return true;
    }
    return false;
}

/* The queue is locked on entry, and on return if that is 0. */
static int wait_for_room(struct caller *who, struct msg_queue *q, u64 size)
{
    struct msg_sender s = {.size = size};
    int error;

    ipc_sleeper_init(&s.sleeper, who);
    list_add_tail(&s.link, &q->senders);
    ipc_object_unlock(&q->object);
    error = ipc_sleep(&s.sleeper, WAIT_FOREVER);
    spin_lock(&q->object.lock);
    if (!list_empty(&s.link))
        list_del(&s.link);
    if (q->object.deleted)
        error = -EIDRM;
    else if (error)
        error = -ERESTARTNOHAND;
    if (error)
        spin_unlock(&q->object.lock);
    return error;
}

/* Locked on return if that is 0. */
static int lock_with_room(struct caller *who, struct ipc_namespace *ns,
                          struct msg_queue *q, u64 size, u32 flags)
{
    int error = ipc_permitted(who, ns, &q->object, IPC_WRITE);

    if (!error)
        error = ipc_object_lock(&q->object);
    while (!error && !fits(q, size)) {
        if (flags & IPC_NOWAIT)
            error = -EAGAIN;
        else
            error = wait_for_room(who, q, size);
        if (error == -EAGAIN)
            ipc_object_unlock(&q->object);
        else if (!error) {
            error = ipc_permitted(who, ns, &q->object, IPC_WRITE);
            if (error)
                ipc_object_unlock(&q->object);
        }
    }
    return error;
}

int msg_send(struct caller *who, s32 id, s64 type, u64 text, u64 size,
             u32 flags)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct message *m;
    struct msg_queue *q;
    int error;

    if (size > (u64)READ_ONCE(ns->msg_size_max) || (s64)size < 0 || id < 0 ||
        type < 1)
        return -EINVAL;
    m = message_load(who->mm, text, size, type);
    if (IS_ERR(m))
        return (int)PTR_ERR(m);
    q = find(ns, id);
    error = PTR_ERR_OR_ZERO(q);
    if (error)
        goto out_message;
    error = lock_with_room(who, ns, q, size, flags);
    if (!error) {
        ipc_process_set(&q->sender, who->task);
        q->sent = now_seconds();
        if (!hand_over(q, m)) {
            list_add_tail(&m->link, &q->messages);
            count(q, m, 1);
        }
        m = NULL;
        ipc_object_unlock(&q->object);
    }
    ipc_object_put(&q->object);
out_message:
    message_free(m);
    return error;
}

/* ------------------------------------------------------------- receiving -- */

static enum match match_of(s64 *type, u32 flags)
{
    if (flags & MSG_COPY)
        return MATCH_NUMBER;
    if (*type == 0)
        return MATCH_ANY;
    if (*type < 0) {
        *type = *type == S64_MIN ? S64_MAX : -*type;
        return MATCH_AT_MOST;
    }
    return flags & MSG_EXCEPT ? MATCH_OTHER : MATCH_EQUAL;
}

static struct message *find_message(struct msg_queue *q, enum match match,
                                    s64 type)
{
    struct message *m, *found = NULL;
    s64 n = 0;

    list_for_each_entry (m, &q->messages, link) {
        if (match == MATCH_NUMBER) {
            if (n++ == type)
                return m;
        } else if (matches(m, match, type)) {
            if (match != MATCH_AT_MOST || m->type == 1)
                return m;
            found = m;
            type = m->type - 1; /* a lower one only */
        }
    }
    return found;
}

/* MSG_COPY: into `copy`, which has room for copy->size bytes. */
static struct message *fill_copy(struct message *copy, const struct message *m)
{
    if (m->size > copy->size)
        return ERR_PTR(-EINVAL);
    memcpy(copy->data, m->data, m->size);
    copy->type = m->type;
    copy->size = m->size;
    return copy;
}

static struct message *take(struct caller *who, struct msg_queue *q,
                            struct message *m, u64 size, u32 flags,
                            struct message *copy)
{
    if (size < m->size && !(flags & MSG_NOERROR))
        return ERR_PTR(-E2BIG);
    if (copy)
        return fill_copy(copy, m);
    list_del(&m->link);
    count(q, m, -1);
    ipc_process_set(&q->receiver, who->task);
    q->received = now_seconds();
    wake_senders(q);
    return m;
}

/* The queue is locked on entry, not on return. NULL: look again. */
static struct message *wait_for_message(struct caller *who, struct msg_queue *q,
                                        enum match match, s64 type, u64 size,
                                        u32 flags)
{
    struct msg_receiver r = {
        .match = match,
        .type = type,
        .size_max = flags & MSG_NOERROR ? S32_MAX : size,
    };
    int error;

    ipc_sleeper_init(&r.sleeper, who);
    list_add_tail(&r.link, &q->receivers);
    ipc_object_unlock(&q->object);
    error = ipc_sleep(&r.sleeper, WAIT_FOREVER);
    if (!error)
        return r.message;
    spin_lock(&q->object.lock);
    if (!ipc_sleeper_done(&r.sleeper)) {
        list_del(&r.link);
        r.message = ERR_PTR(-ERESTARTNOHAND);
    }
    spin_unlock(&q->object.lock);
    return r.message;
}

static struct message *receive(struct caller *who, struct ipc_namespace *ns,
                               struct msg_queue *q, u64 size, s64 type,
                               u32 flags, struct message *copy)
{
    enum match match = match_of(&type, flags);
    struct message *m;
    int error;

    do {
        error = ipc_permitted(who, ns, &q->object, IPC_READ);
        if (!error)
            error = ipc_object_lock(&q->object);
        if (error)
            return ERR_PTR(error);
        m = find_message(q, match, type);
        if (m || flags & IPC_NOWAIT) {
            m = m ? take(who, q, m, size, flags, copy) : ERR_PTR(-ENOMSG);
            ipc_object_unlock(&q->object);
        } else {
            m = wait_for_message(who, q, match, type, size, flags);
        }
    } while (!m);
    return m;
}

struct message *msg_receive(struct caller *who, s32 id, u64 size, s64 type,
                            u32 flags)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct message *copy = NULL, *m;
    struct msg_queue *q;

    if (id < 0 || (s64)size < 0)
        return ERR_PTR(-EINVAL);
    if (flags & MSG_COPY) {
        u64 room = min(size, (u64)READ_ONCE(ns->msg_size_max));

        if (flags & MSG_EXCEPT || !(flags & IPC_NOWAIT))
            return ERR_PTR(-EINVAL);
        copy = kvzalloc(sizeof(*copy) + room, ALLOC_KERNEL);
        if (!copy)
            return ERR_PTR(-ENOMEM);
        copy->size = room;
    }
    q = find(ns, id);
    if (IS_ERR(q)) {
        message_free(copy);
        return ERR_CAST(q);
    }
    m = receive(who, ns, q, size, type, flags, copy);
    ipc_object_put(&q->object);
    if (m != copy)
        message_free(copy);
    return m;
}

/* ---------------------------------------------------------------- msgctl -- */

s64 msg_stat(struct caller *who, s32 id, enum ipc_stat_how how,
             struct msg_status *out)
{
    struct ipc_object *o =
        ipc_stat_begin(who, ipc_namespace_of(who), IPC_MSG, id, how);
    struct msg_queue *q;

    if (IS_ERR(o))
        return PTR_ERR(o);
    q = queue_of(o);
    ipc_fill_status(o, &out->common);
    out->sent = q->sent;
    out->received = q->received;
    out->changed = q->changed;
    out->bytes = q->bytes;
    out->count = q->count;
    out->bytes_max = q->bytes_max;
    out->sender = ipc_process_number(&q->sender, who);
    out->receiver = ipc_process_number(&q->receiver, who);
    ipc_stat_end(o);
    return how == IPC_STAT_ID ? 0 : out->common.id;
}

static void answer_all(struct msg_queue *q, struct message *with)
{
    struct msg_receiver *r, *next;

    list_for_each_entry_safe (r, next, &q->receivers, link)
        answer(r, with);
}

static void wake_all_senders(struct msg_queue *q)
{
    struct msg_sender *s, *next;

    list_for_each_entry_safe (s, next, &q->senders, link) {
        list_del_init(&s->link);
        ipc_wake(&s->sleeper);
    }
}

int msg_change(struct caller *who, s32 id, const struct ipc_change *change,
               u64 bytes_max)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    bool may_exceed = caller_capable_init(who, CAP_SYS_RESOURCE);
    struct ipc_object *o = ipc_control_begin(who, ns, IPC_MSG, id);
    struct msg_queue *q;
    int error = 0;

    if (IS_ERR(o))
        return (int)PTR_ERR(o);
    q = queue_of(o);
    if (bytes_max > (u64)READ_ONCE(ns->msg_queue_bytes) && !may_exceed)
        error = -EPERM;
    if (!error)
        error = ipc_apply_change(o, change);
    if (!error) {
        q->bytes_max = bytes_max;
        q->changed = now_seconds();
        /* Those who wait look at the permissions again. */
        answer_all(q, NULL);
        wake_all_senders(q);
    }
    ipc_stat_end(o);
    return error;
}

/* Table and queue are locked; the queue's lock is given back. */
static void remove_queue(struct ipc_namespace *ns, struct ipc_object *o)
{
    struct msg_queue *q = queue_of(o);
    struct message *m, *next;
    LIST_HEAD(gone);

    answer_all(q, ERR_PTR(-EIDRM));
    wake_all_senders(q);
    list_for_each_entry (m, &q->messages, link)
        count(q, m, -1);
    list_splice_init(&q->messages, &gone);
    ipc_remove(ipc_table_of(ns, IPC_MSG), &q->object);
    ipc_object_unlock(&q->object);
    list_for_each_entry_safe (m, next, &gone, link)
        message_free(m);
}

int msg_remove(struct caller *who, s32 id)
{
    return ipc_remove_id(who, ipc_namespace_of(who), IPC_MSG, id, remove_queue);
}

void msg_namespace_exit(struct ipc_namespace *ns)
{
    ipc_remove_all(ns, IPC_MSG, remove_queue);
}
