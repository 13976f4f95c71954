#include "core/init.h"
#include "core/log.h"
#include "core/rcu.h"
#include "core/runqueue.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

/* Every thread; guarded by thread_list_lock, a leaf. */
static LIST_HEAD(all_threads);
static spinlock_t thread_list_lock = SPINLOCK_INIT("thread_list");

static void defaults(struct thread *t, const struct thread_ops *ops,
                     const char *name)
{
    memset(t, 0, sizeof(*t));
    t->ops = ops;
    spin_init(&t->sched_lock, "thread.sched_lock");
    atomic_store(&t->state, THREAD_NEW);
    t->policy = SCHED_NORMAL;
    t->in_user = true; /* until the first sample, if it has a user side */
    memset(&t->affinity, 0xff, sizeof(t->affinity));
    strscpy(t->name, name, sizeof(t->name));
    INIT_LIST_HEAD(&t->all_link);
}

static void inherit(struct thread *t, const struct thread *parent)
{
    t->affinity = parent->affinity;
    t->nice = parent->nice;
    t->policy = parent->policy;
    t->rt_priority = parent->rt_priority;
    if (parent->reset_on_fork) {
        if (thread_is_rt(t)) {
            t->policy = SCHED_NORMAL;
            t->rt_priority = 0;
            t->nice = 0;
        }
        t->nice = max(t->nice, (s8)0);
    }
    t->cpu = parent->cpu;
}

int thread_init(struct thread *t, const struct thread_ops *ops,
                const char *name, struct thread *parent, void (*entry)(void *),
                void *arg)
{
    unsigned long flags;

    defaults(t, ops, name);
    if (parent)
        inherit(t, parent);
    else
        t->cpu = cpu_current();
    t->entity.weight = sched_weight_of(t);
    t->entity.slice = t->policy == SCHED_RR ? RR_SLICE_NS : SLICE_NS;
    t->entry = entry;
    t->entry_arg = arg;
    t->head.stack = stack_alloc();
    if (!t->head.stack)
        return -ENOMEM;
    /* finish_switch() runs with preemption off. */
    t->head.preempt_count = 1;
    arch_thread_init(&t->head, thread_begin, t);
    flags = spin_lock_irqsave(&thread_list_lock);
    list_add_tail(&t->all_link, &all_threads);
    spin_unlock_irqrestore(&thread_list_lock, flags);
    return 0;
}

static void release(struct thread *t)
{
    unsigned long flags = spin_lock_irqsave(&thread_list_lock);

    list_del_init(&t->all_link);
    spin_unlock_irqrestore(&thread_list_lock, flags);
    arch_thread_destroy(&t->head);
    stack_free(t->head.stack);
    t->head.stack = NULL;
}

void log_frame(void *ctx, u64 pc)
{
    char name[128];

    (void)ctx;
    log_info("  %s\n", arch_symbol_name(pc, name, sizeof(name)));
}

void thread_log_backtrace(struct thread *t)
{
    /* Its stack stays while it is on the list. */
    unsigned long flags = spin_lock_irqsave(&thread_list_lock);

    if (!list_empty(&t->all_link) && !atomic_load(&t->on_cpu))
        arch_backtrace(NULL, &t->head, log_frame, NULL);
    spin_unlock_irqrestore(&thread_list_lock, flags);
}

void thread_destroy(struct thread *t)
{
    release(t);
}

/* It has left its stack for good. Preemption off. */
void thread_bury(struct thread *t)
{
    const struct thread_ops *ops = t->ops;

    release(t);
    if (ops && ops->finished)
        ops->finished(t);
}

void thread_exit(void)
{
    struct thread *t = thread_current();

    lockdep_check_none_held("thread exit");
    BUG_ON(t->head.preempt_count);
    sched_exit();
    panic("a dead thread runs: %s\n", t->name);
}

/* ---------------------------------------------------------- kernel threads */

struct kthread {
    struct thread thread; /* must be first */
    struct rcu_head rcu;
};

static void kthread_free(struct rcu_head *head)
{
    kfree(container_of(head, struct kthread, rcu));
}

static void kthread_finished(struct thread *t)
{
    /* Spinners and kickers may still look at it. */
    call_rcu(&((struct kthread *)t)->rcu, kthread_free);
}

static const struct thread_ops kthread_ops = {.finished = kthread_finished};

struct thread *kthread_create(void (*entry)(void *), void *arg,
                              const char *name_format, ...)
{
    struct kthread *k = kzalloc(sizeof(*k), 0);
    char name[sizeof(k->thread.name)];
    va_list args;
    int error;

    if (!k)
        return ERR_PTR(-ENOMEM);
    va_start(args, name_format);
    vsnprintf(name, sizeof(name), name_format, args);
    va_end(args);
    error = thread_init(&k->thread, &kthread_ops, name, NULL, entry, arg);
    if (error) {
        kfree(k);
        return ERR_PTR(error);
    }
    thread_start(&k->thread);
    return &k->thread;
}

/* ----------------------------------------------------------- idle and boot */

static void queue_init(struct runqueue *rq, u32 cpu, struct thread *idle)
{
    spin_init(&rq->lock, "runqueue");
    rq->cpu = cpu;
    rq->idle = rq->current = idle;
    for (unsigned i = 0; i < RT_LEVELS; i++)
        INIT_LIST_HEAD(&rq->rt[i]);
    rq->fair.min_vruntime = 0;
    rq->clock = sched_clock();
}

static void idle_setup(struct thread *t, u32 cpu)
{
    snprintf(t->name, sizeof(t->name), "idle/%u", cpu);
    t->policy = SCHED_IDLE;
    t->entity.weight = WEIGHT_IDLE;
    t->cpu = cpu;
    memset(&t->affinity, 0, sizeof(t->affinity));
    cpumask_set(&t->affinity, cpu);
    atomic_store(&t->state, THREAD_RUNNING);
    atomic_store(&t->on_cpu, 1);
    t->time_stamp = t->entity.exec_start = sched_clock();
}

void sched_adopt_boot_thread(void)
{
    static struct thread boot_thread;

    defaults(&boot_thread, NULL, "idle/0");
    boot_thread.head.stack = boot_stack;
    boot_thread.head.preempt_count = 1;
    arch_set_current(&boot_thread.head);
    idle_setup(&boot_thread, 0);
    queue_init(runqueue_of(0), 0, &boot_thread);
}

static void idle_entry(void *arg)
{
    (void)arg;
}

int sched_init_cpu(u32 cpu)
{
    struct thread *t = kzalloc(sizeof(*t), 0);
    int error;

    if (!t)
        return -ENOMEM;
    error = thread_init(t, NULL, "idle", NULL, idle_entry, NULL);
    if (error) {
        kfree(t);
        return error;
    }
    idle_setup(t, cpu);
    queue_init(runqueue_of(cpu), cpu, t);
    return 0;
}
