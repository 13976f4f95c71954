#include "proc/task_work.h"

#include "lib/errno.h"
#include "proc/task.h"

/* The list's last element once the task takes no more. */
#define CLOSED ((struct task_work *)1)

int task_work_add(struct task *t, struct task_work *w)
{
    void *head = __atomic_load_n(&t->notify.first, __ATOMIC_RELAXED);

    do {
        if (head == CLOSED)
            return -ESRCH;
        w->next = head;
    } while (!__atomic_compare_exchange_n(&t->notify.first, &head, (void *)w,
                                          false, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED));
    atomic_or(WORK_NOTIFY, &t->thread.head.work);
    if (!thread_wake_state(&t->thread, 1u << THREAD_INTERRUPTIBLE))
        thread_kick(&t->thread);
    return 0;
}

void task_work_run(struct task *t)
{
    void *end = t->flags & TASK_EXITING ? CLOSED : NULL;
    struct task_work *w, *next, *in_order = NULL;

    atomic_and(~(int)WORK_NOTIFY, &t->thread.head.work);
    w = __atomic_exchange_n(&t->notify.first, end, __ATOMIC_ACQUIRE);
    if (w == CLOSED)
        return;
    for (; w; w = next) { /* last in first: turn it round */
        next = w->next;
        w->next = in_order;
        in_order = w;
    }
    for (w = in_order; w; w = next) {
        next = w->next;
        w->fn(w);
    }
}
