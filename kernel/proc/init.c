/* The first process, and what traps of user mode become. */
#include "arch/arch.h"
#include "core/account.h"
#include "core/init.h"
#include "core/lockdep.h"
#include "core/log.h"
#include "core/object.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/exit.h"
#include "proc/pid_internal.h"
#include "proc/rseq.h"
#include "proc/signal_internal.h"
#include "proc/task_internal.h"
#include "proc/task_work.h"
#include "proc/user_account.h"
#include "vm/address_space.h"

/* ------------------------------------------------------------------ traps --
 */

static void send_fault(struct task *t, int signo, int code, u64 address,
                       u64 trapno, u64 error)
{
    struct signal_info info = {
        .signo = signo,
        .code = code,
        .address = address,
        .trapno = trapno,
        .fault_error = error,
    };

    signal_force(t, &info);
}

static void user_trap(struct user_regs *regs, const struct user_trap *trap)
{
    (void)regs;
    send_fault(task_current(), trap->signo, trap->code, trap->address,
               trap->trapno, trap->error);
}

/* What mm_fault() says, as a signal. */
static void signal_for_fault(struct task *t, const struct fault *f, int error)
{
    switch (error) {
    case -EFAULT:
        send_fault(t, SIGSEGV, SEGV_MAPERR, f->address, f->trapno, f->code);
        break;
    case -EACCES:
        send_fault(t, SIGSEGV, SEGV_ACCERR, f->address, f->trapno, f->code);
        break;
    case -EIO:
        send_fault(t, SIGBUS, BUS_ADRERR, f->address, f->trapno, f->code);
        break;
    default: /* -EINTR, -ENOMEM: it dies or tries again */
        break;
    }
}

static int page_fault(const struct fault *f)
{
    struct thread *thread = thread_current();
    struct task *t;
    int result;

    if (!thread->mm || !f->may_sleep)
        return -EFAULT;
    t = task_current();
    result = mm_fault(thread->mm, f);
    if (f->user)
        lockdep_check_none_held("a page fault");
    if (result >= 0) {
        if (result)
            t->maj_faults++;
        else
            t->min_faults++;
        return 0;
    }
    if (result == -ENOMEM && !signal_is_fatal_pending(t))
        return 0; /* memory was made: the access is tried again */
    if (f->user)
        signal_for_fault(t, f, result);
    return result;
}

static void exit_work(struct user_regs *regs, u32 work)
{
    if (work & WORK_RESCHED)
        schedule();
    if (work & WORK_NOTIFY) {
        task_work_run(task_current());
        rseq_update(task_current(), regs);
    }
    if (work & (WORK_SIGNAL | WORK_RESTORE_MASK))
        signal_deliver_pending(regs);
    lockdep_check_none_held("work on the way to user mode");
}

/* -------------------------------------------------------- the first process */

void task_set_first_limits(struct thread_group *g)
{
    u64 processes = max_t(u64, task_limit / 2, 16);

    for (int i = 0; i < LIMIT_COUNT; i++)
        g->limits[i] = (struct limit){~0ULL, ~0ULL};
    /* As Linux sets them for init (asm-generic/resource.h). */
    g->limits[LIMIT_STACK].soft = 8 << 20;
    g->limits[LIMIT_CORE].soft = 0;
    g->limits[LIMIT_NPROC] = (struct limit){processes, processes};
    g->limits[LIMIT_NOFILE] = (struct limit){1024, 4096};
    g->limits[LIMIT_MEMLOCK] = (struct limit){8 << 20, 8 << 20};
    g->limits[LIMIT_SIGPENDING] = (struct limit){processes, processes};
    g->limits[LIMIT_MSGQUEUE] = (struct limit){819200, 819200};
    g->limits[LIMIT_NICE] = (struct limit){0, 0};
    g->limits[LIMIT_RTPRIO] = (struct limit){0, 0};
}

static const char *const default_inits[] = {"/sbin/init", "/etc/init",
                                            "/bin/init", "/bin/sh"};

#define INIT_WORDS_MAX 32
static const char *init_argv[INIT_WORDS_MAX + 2];
static const char *init_envp[INIT_WORDS_MAX + 3] = {"HOME=/", "TERM=linux"};

static int try_init(struct task *t, const char *path)
{
    struct exec_args args = {
        .dirfd = -100,
        .path = path,
        .kernel_argv = init_argv,
        .kernel_envp = init_envp,
    };

    init_argv[0] = path;
    return task_exec(t, &args);
}

static int exec_init(struct task *t)
{
    const char *ramdisk = boot_option("rdinit"), *named = boot_option("init");
    int error;

    if (!ramdisk)
        ramdisk = "/init";
    error = try_init(t, ramdisk);
    if (!error)
        return 0;
    if (error != -ENOENT || boot_option("rdinit"))
        log_err("cannot run %s as init: error %d\n", ramdisk, -error);
    if (named) {
        error = try_init(t, named);
        if (error)
            log_err("cannot run %s as init: error %d\n", named, -error);
        return error;
    }
    for (size_t i = 0; i < ARRAY_SIZE(default_inits); i++) {
        error = try_init(t, default_inits[i]);
        if (!error)
            return 0;
        if (error != -ENOENT)
            log_err("cannot run %s as init: error %d\n", default_inits[i],
                    -error);
    }
    return error;
}

/* Words of the command line that no part of the kernel knows go to init: with
 * '=' into its environment, others as arguments (kernel-parameters.rst). */
static void collect_word(void *ctx, const char *name, const char *value,
                         bool after_dashes)
{
    u32 *counts = ctx;

    (void)value;
    if (after_dashes && counts[0] < INIT_WORDS_MAX)
        init_argv[1 + counts[0]++] = kstrdup(name, ALLOC_KERNEL);
}

static void first_entry(void *arg)
{
    struct task *t = arg;
    u32 counts[2] = {0, 0};
    int error;

    if (boot_option("hako.trace")) {
        t->flags |= TASK_TRACE_PRINT;
        atomic_or(WORK_TRACE_SYSCALL, &t->thread.head.work);
    }
    boot_options_for_each(collect_word, counts);
    fs_context_ops->open_console(&t->caller);
    error = exec_init(t);
    if (error)
        panic("No working init found. Try passing init= option to the kernel "
              "(error %d)\n",
              -error);
    arch_user_enter();
}

static int build_first(struct task *t)
{
    struct pid *pid;

    t->cred = cred_get(&cred_root);
    atomic_inc(&t->cred->user->processes);
    t->account = account_get(account_root());
    t->handlers = signal_handlers_create();
    t->group = thread_group_create();
    if (!t->handlers || !t->group)
        return -ENOMEM;
    t->group->leader = t;
    task_set_first_limits(t->group);
    t->group->flags = GROUP_UNKILLABLE;
    t->group->start_time = time_monotonic();
    t->group->start_boottime = time_boottime();
    t->handles = handle_table_create();
    if (IS_ERR(t->handles))
        return PTR_ERR(t->handles);
    t->fs = fs_context_ops->first();
    if (IS_ERR(t->fs))
        return PTR_ERR(t->fs);
    t->ns = namespaces_get(&namespaces_first);
    t->timer_slack = 50000;
    pid = pid_create(&pid_ns_first, NULL, 0);
    if (IS_ERR(pid))
        return PTR_ERR(pid);
    t->pids[PID_TASK] = NULL;
    t->exit_signal = SIGCHLD;
    t->start_time = time_monotonic();

    int error =
        thread_init(&t->thread, &task_thread_ops, "init", NULL, first_entry, t);
    if (error)
        return error;
    spin_lock(&tasklist_lock);
    t->group->thread_count = 1;
    list_add_tail_rcu(&t->group_link, &t->group->threads);
    pid_attach(t, PID_TASK, pid);
    pid_attach(t, PID_PROCESS, pid_get(pid));
    pid_attach(t, PID_GROUP, pid_get(pid));
    pid_attach(t, PID_SESSION, pid_get(pid));
    t->group->session_leader = true;
    pid_ns_first.reaper = t;
    pid_publish(pid);
    spin_unlock(&tasklist_lock);
    return 0;
}

static void start_user_space(void)
{
    struct task *t = task_alloc();
    int error = t ? build_first(t) : -ENOMEM;

    if (error)
        panic("cannot make the first process: error %d\n", -error);
    refcount_inc(&t->refs); /* the lists' and the thread's */
    task_update_caller(t);
    thread_start(&t->thread);
}

static int proc_init(void)
{
    struct page_stats s;

    page_stats_get(&s);
    /* A thread costs its stack and about as much again. */
    task_limit = max_t(u64, s.total * PAGE_SIZE / (8 * KERNEL_STACK_SIZE), 64);
    arch_upcalls.page_fault = page_fault;
    arch_upcalls.user_trap = user_trap;
    arch_upcalls.exit_work = exit_work;
    start_user_space_register(start_user_space);
    return 0;
}
INITCALL(proc, proc_init);
