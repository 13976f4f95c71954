/* Programs that the kernel starts itself: children of the first process. */
#include "arch/arch.h"
#include "core/account.h"
#include "core/object.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/refcount.h"
#include "proc/core_dump.h"
#include "proc/exec.h"
#include "proc/exit.h"
#include "proc/pid_internal.h"
#include "proc/signal_internal.h"
#include "proc/task_internal.h"
#include "proc/user_account.h"

struct helper {
    refcount_t refs; /* the starter's and the program's */
    char *const *words;
    struct grant *input; /* owned until it is the program's handle */
    struct task *task;
    int error;
    bool started; /* or failed: the words are not needed any more */
    struct wait_queue queue;
};

static void helper_put(struct helper *h)
{
    if (!refcount_dec_and_test(&h->refs))
        return;
    wait_queue_destroy(&h->queue);
    kfree(h);
}

static void helper_entry(void *arg)
{
    static const char *const no_environment[] = {NULL};
    struct helper *h = arg;
    struct task *t = h->task;
    struct exec_args args = {
        .dirfd = AT_FDCWD_ABI,
        .path = h->words[0],
        .kernel_argv = (const char *const *)h->words,
        .kernel_envp = no_environment,
    };
    int error, fd = handle_add(&t->caller, h->input, 0);

    error = fd < 0 ? fd : task_exec(t, &args);
    h->error = error;
    WRITE_ONCE(h->started, true);
    wake_up_all(&h->queue);
    helper_put(h);
    if (error)
        task_exit_group(0xff00);
    arch_user_enter();
}

/* Everything but its place in the lists; what is missing, task_discard() minds.
 */
static int build(struct task *t, struct helper *h)
{
    struct pid *pid;
    int error;

    t->cred = cred_get(&cred_root);
    atomic_inc(&t->cred->user->processes);
    error = account_charge_process(account_root());
    if (error)
        return error;
    t->account = account_get(account_root());
    t->handlers = signal_handlers_create();
    t->group = thread_group_create();
    if (!t->handlers || !t->group)
        return -ENOMEM;
    t->group->leader = t;
    task_set_first_limits(t->group);
    t->group->limits[LIMIT_CORE] =
        (struct limit){1, 1}; /* no core of its own */
    t->group->start_time = time_monotonic();
    t->group->start_boottime = time_boottime();
    t->handles = handle_table_create();
    if (IS_ERR(t->handles)) {
        t->handles = NULL;
        return -ENOMEM;
    }
    t->fs = fs_context_ops->first();
    if (IS_ERR(t->fs)) {
        t->fs = NULL;
        return -ENOMEM;
    }
    t->ns = namespaces_get(&namespaces_first);
    t->timer_slack = 50000;
    t->exit_signal = SIGCHLD;
    t->start_time = time_monotonic();
    error = thread_init(&t->thread, &task_thread_ops, "helper", NULL,
                        helper_entry, h);
    if (error)
        return error;
    pid = pid_create(&pid_ns_first, NULL, 0);
    if (IS_ERR(pid))
        return PTR_ERR(pid);
    t->pids[PID_TASK] = pid;
    return 0;
}

static void publish(struct task *t)
{
    struct pid *pid = t->pids[PID_TASK];
    struct task *parent;

    refcount_inc(&t->refs); /* the lists' and the thread's */
    t->pids[PID_TASK] = NULL;
    spin_lock(&tasklist_lock);
    parent = pid_ns_first.reaper;
    t->group->thread_count = 1;
    list_add_tail_rcu(&t->group_link, &t->group->threads);
    pid_attach(t, PID_TASK, pid);
    pid_attach(t, PID_PROCESS, pid_get(pid));
    pid_attach(t, PID_GROUP, pid_get(pid));
    pid_attach(t, PID_SESSION, pid_get(pid));
    t->group->session_leader = true;
    t->parent = t->real_parent = parent;
    list_add_tail(&t->sibling, &parent->children);
    pid_publish(pid);
    spin_unlock(&tasklist_lock);
}

int helper_start(char *const *words, struct grant *input)
{
    struct helper *h = kzalloc(sizeof(*h), ALLOC_KERNEL);
    struct task *t = h ? task_alloc() : NULL;
    int error;

    if (!t) {
        kfree(h);
        grant_put(input);
        return -ENOMEM;
    }
    task_count_new();
    refcount_set(&h->refs, 2);
    wait_queue_init(&h->queue);
    h->words = words;
    h->input = input;
    h->task = t;
    error = build(t, h);
    if (error) {
        task_discard(t);
        grant_put(input);
        kfree(h);
        return error;
    }
    task_update_caller(t);
    publish(t);
    thread_start(&t->thread);
    wait_event(&h->queue, READ_ONCE(h->started));
    error = h->error;
    helper_put(h);
    return error;
}
