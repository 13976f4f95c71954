/*
 * Requests. `state` decides who may do what: QUEUED means that an object refers
 * to the request; one compare-and-exchange away from it belongs to whoever
 * completes, retries or cancels.
 *
 * A synchronous request lies on its submitter's stack, which may return as soon
 * as it sees the state change. So whoever changes it wakes the thread without
 * touching the request again (threads are freed after a grace period).
 */
#include "core/request.h"

#include "core/log.h"
#include "core/rcu.h"
#include "core/sched.h"
#include "lib/errno.h"

/* Those who cancel and wait for the device to let go. */
static struct wait_queue cancel_waiters = WAIT_QUEUE_INIT(cancel_waiters);

void request_init(struct io_request *req, const struct caller *who,
                  struct object *obj,
                  ssize_t (*op)(struct object *, struct io_request *))
{
    req->object = obj;
    req->caller = who;
    req->pos = 0;
    req->flags = 0;
    req->done = 0;
    req->deadline = 0;
    req->extra = NULL;
    req->op = op;
    atomic_store(&req->state, REQUEST_IDLE);
    req->result = 0;
    req->wait_queue = NULL;
    req->wait_release = NULL;
    req->cancel = NULL;
    req->cancel_data = NULL;
    req->notify = NULL;
    req->notify_data = NULL;
    req->revoked = false;
}

/* ------------------------------------------------------------- for objects */

/* The submitter is the thread in notify_data. */
static void notify_thread(struct io_request *req)
{
    thread_wake(req->notify_data);
}

/* From QUEUED to `state`, and tell the submitter. False: it was not queued.
 * sync: who calls is about to sleep. */
static bool change_state(struct io_request *req, enum request_state state,
                         bool sync)
{
    void (*notify)(struct io_request *) = req->notify;
    void *data = req->notify_data;
    int queued = REQUEST_QUEUED;
    bool changed;

    rcu_read_lock();
    changed =
        __atomic_compare_exchange_n(&req->state.counter, &queued, (int)state,
                                    false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    if (changed) {
        if (notify == notify_thread && sync)
            thread_wake_sync(data);
        else if (notify == notify_thread)
            thread_wake(data);
        else if (notify)
            notify(req);
    }
    rcu_read_unlock();
    return changed;
}

void request_retry(struct io_request *req)
{
    change_state(req, REQUEST_RETRY, false);
}

void request_complete(struct io_request *req, ssize_t result)
{
    req->result = result;
    if (!change_state(req, REQUEST_DONE, false))
        panic("request %p: completed twice, or while nobody waits\n",
              (void *)req);
    if (wait_queue_active(&cancel_waiters))
        wake_up_all(&cancel_waiters);
}

static bool queue_woken(struct wait_entry *entry, u32 key)
{
    struct io_request *req = container_of(entry, struct io_request, wait);

    list_del_init(&entry->link);
    change_state(req, REQUEST_RETRY, key & WAKE_SYNC_KEY);
    return true;
}

void request_wait(struct io_request *req, struct wait_queue *queue)
{
    req->flags |= REQ_WAITED;
    wait_entry_init(&req->wait, queue_woken, NULL);
    req->wait_queue = queue;
    wait_queue_add_exclusive(queue, &req->wait);
}

void request_wait_on(struct io_request *req, struct wait_queue *queue,
                     void (*release)(void *data), void *data)
{
    req->wait_release = release;
    req->wait_data = data;
    request_wait(req, queue);
}

/* ---------------------------------------------------------- for submitters */

/* Off its wait queue; when this returns no waker is at it any more. */
static void leave_queue(struct io_request *req)
{
    if (req->wait_queue) {
        wait_queue_remove(req->wait_queue, &req->wait);
        req->wait_queue = NULL;
    }
}

static void release_queue(struct io_request *req)
{
    void (*release)(void *data) = req->wait_release;

    req->wait_release = NULL;
    if (release)
        release(req->wait_data);
}

static inline ssize_t submit(struct io_request *req)
{
    ssize_t result;

    leave_queue(req);
    release_queue(req);
    atomic_store(&req->state, REQUEST_QUEUED);
    result = req->op(req->object, req);
    if (result != -EIOCBQUEUED) {
        atomic_store(&req->state, REQUEST_DONE);
        req->result = result;
    }
    return result;
}

ssize_t request_submit(struct io_request *req)
{
    return submit(req);
}

static ssize_t taken_back(struct io_request *req)
{
    req->result = req->done ? (ssize_t)req->done : -ECANCELED;
    atomic_store(&req->state, REQUEST_DONE);
    return req->result;
}

ssize_t request_cancel(struct io_request *req)
{
    if (req->wait_queue) {
        struct wait_queue *q = req->wait_queue;

        leave_queue(req);
        /* The wake-up that it got is somebody else's now. */
        if (atomic_load(&req->state) == REQUEST_RETRY)
            wake_up_one(q);
        release_queue(req);
        return taken_back(req);
    }
    switch (atomic_load_acquire(&req->state)) {
    case REQUEST_QUEUED:
        if (req->cancel)
            req->cancel(req);
        wait_event(&cancel_waiters,
                   atomic_load_acquire(&req->state) != REQUEST_QUEUED);
        break;
    case REQUEST_RETRY:
    case REQUEST_IDLE:
        return taken_back(req);
    default:
        break;
    }
    if (atomic_load_acquire(&req->state) != REQUEST_DONE)
        return taken_back(req);
    return req->result;
}

static void run_revoked(struct grant_use *use)
{
    struct io_request *req = container_of(use, struct io_request, use);

    WRITE_ONCE(req->revoked, true);
    thread_wake(req->notify_data);
}

/* Sleeps until the request's state changes: 0, -ERESTARTSYS, -ETIMEDOUT. */
static int run_sleep(struct io_request *req)
{
    /* What neither waits on a queue nor can be taken back must finish. */
    enum wait_mode mode = req->wait_queue || req->cancel ? WAIT_INTERRUPTIBLE
                                                         : WAIT_UNINTERRUPTIBLE;
    int error = 0;

    for (;;) {
        thread_set_state(mode == WAIT_INTERRUPTIBLE ? THREAD_INTERRUPTIBLE
                                                    : THREAD_UNINTERRUPTIBLE);
        if (atomic_load_acquire(&req->state) != REQUEST_QUEUED ||
            (READ_ONCE(req->revoked) && mode == WAIT_INTERRUPTIBLE)) {
            error = 0;
            break;
        }
        if (error)
            break;
        error = wait_sleep(mode, req->deadline ? req->deadline : WAIT_FOREVER);
    }
    thread_set_state(THREAD_RUNNING);
    return error;
}

static ssize_t run_queued(struct io_request *req)
{
    for (;;) {
        int error = run_sleep(req);
        ssize_t result;

        if (READ_ONCE(req->revoked)) {
            result = request_cancel(req);
            return result == -ECANCELED ? -EBADF : result;
        }
        if (error) {
            result = request_cancel(req);
            if (result != -ECANCELED)
                return result;
            if (error == -ETIMEDOUT)
                return -EAGAIN;
            return req->deadline ? -EINTR : -ERESTARTSYS;
        }
        if (atomic_load_acquire(&req->state) == REQUEST_DONE)
            return req->result;
        result = request_submit(req);
        if (result != -EIOCBQUEUED)
            return result;
    }
}

ssize_t request_run(struct io_request *req, struct grant *g)
{
    ssize_t result;

    req->notify = notify_thread;
    req->notify_data = thread_current();
    result = submit(req);
    if (likely(result != -EIOCBQUEUED))
        return result;
    if (!g)
        return run_queued(req);
    if (grant_use_begin(&req->use, g, run_revoked)) {
        result = request_cancel(req);
        return result == -ECANCELED ? -EBADF : result;
    }
    result = run_queued(req);
    grant_use_end(&req->use);
    return result;
}
