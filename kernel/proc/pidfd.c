#include "proc/pidfd.h"

#include "core/object.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "proc/pid.h"
#include "proc/task.h"

struct pidfd {
    struct object object; /* must be first */
    struct pid *pid;      /* owned */
};

static struct pidfd *pidfd_of(const struct object *obj)
{
    return (struct pidfd *)obj;
}

static void pidfd_release(struct object *obj)
{
    pid_put(pidfd_of(obj)->pid);
    kfree(obj);
}

/* Readable once the process (all its threads) has ended. */
static u32 pidfd_poll(struct object *obj, struct poll_table *table)
{
    struct pid *p = pidfd_of(obj)->pid;
    struct task *t;
    u32 events = 0;

    poll_register(table, &p->exited);
    rcu_read_lock();
    t = pid_task(p, PID_PROCESS);
    if (!t || (READ_ONCE(t->exit_state) != TASK_ALIVE &&
               READ_ONCE(t->group->thread_count) <= 1))
        events = POLLIN | POLLRDNORM;
    rcu_read_unlock();
    return events;
}

static size_t pidfd_describe(struct object *obj, char *buffer, size_t size)
{
    struct pid *p = pidfd_of(obj)->pid;
    struct task *t;
    s64 number;

    rcu_read_lock();
    t = pid_task(p, PID_PROCESS);
    number = t ? (s64)p->numbers[0].number : -1;
    rcu_read_unlock();
    return snprintf(buffer, size, "Pid:\t%lld\nNSpid:\t%lld\n",
                    (long long)number, (long long)number);
}

static const struct object_ops pidfd_ops = {
    .name = "pidfd",
    .release = pidfd_release,
    .poll = pidfd_poll,
    .no_async = true,
    .describe = pidfd_describe,
};

struct grant *pidfd_create(struct pid *p, u32 obj_flags)
{
    struct pidfd *fd = kzalloc(sizeof(*fd), ALLOC_KERNEL);

    if (!fd)
        return ERR_PTR(-ENOMEM);
    object_init(&fd->object, OBJECT_PROCESS, &pidfd_ops,
                obj_flags | OBJ_STREAM);
    fd->pid = pid_get(p);
    return grant_create(&fd->object, RIGHT_ALL);
}

struct pid *pidfd_pid(const struct object *obj)
{
    return obj->ops == &pidfd_ops ? pidfd_of(obj)->pid : NULL;
}
