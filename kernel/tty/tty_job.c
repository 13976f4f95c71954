/*
 * Job control: which session a terminal controls, and which process group is in
 * the foreground (POSIX chapter 11.1).
 */
#include "core/init.h"
#include "core/rcu.h"
#include "lib/errno.h"
#include "proc/cred.h"
#include "proc/pid.h"
#include "tty/tty.h"
#include "vm/user.h"

static struct pid *group_of(struct task *task)
{
    return task->group->leader->pids[PID_GROUP];
}

static struct pid *session_of(struct task *task)
{
    return task->group->leader->pids[PID_SESSION];
}

static struct tty *tty_of_session(struct tty_session *s)
{
    return s ? container_of(s, struct tty, session) : NULL;
}

bool tty_is_controlling(struct tty *t, struct task *task)
{
    return READ_ONCE(task->group->tty) == &t->session;
}

struct tty *tty_of_task(struct task *task)
{
    unsigned long flags = spin_lock_irqsave(&task->group->lock);
    struct tty *t = tty_of_session(task->group->tty);

    if (t)
        tty_get(t);
    spin_unlock_irqrestore(&task->group->lock, flags);
    return t;
}

u32 tty_task_device(struct task *task, s32 *foreground,
                    struct pid_namespace *ns)
{
    struct tty *t = tty_of_task(task);
    unsigned long flags;
    u32 device;

    *foreground = -1;
    if (!t)
        return 0;
    device = t->major << 20 | t->minor;
    flags = spin_lock_irqsave(&t->lock);
    if (t->foreground)
        *foreground = (s32)pid_number(t->foreground, ns);
    spin_unlock_irqrestore(&t->lock, flags);
    tty_put(t);
    return device;
}

static void send_group(struct pid *group, int signo)
{
    struct signal_info info;

    signal_info_kernel(&info, signo);
    signal_send_group(group, &info);
}

void tty_signal_foreground(struct tty *t, int signo)
{
    if (t->foreground)
        send_group(t->foreground, signo);
}

static bool ignores(struct task *task, int signo)
{
    unsigned long flags = spin_lock_irqsave(&task->group->lock);
    bool result;

    spin_lock(&task->handlers->lock);
    result = task->signal.blocked & SIGNAL_BIT(signo) ||
             task->handlers->actions[signo - 1].handler == SIG_IGN;
    spin_unlock(&task->handlers->lock);
    spin_unlock_irqrestore(&task->group->lock, flags);
    return result;
}

static bool is_orphaned(struct task *task)
{
    bool result;

    spin_lock(&tasklist_lock);
    result = signal_group_is_orphaned(group_of(task), NULL);
    spin_unlock(&tasklist_lock);
    return result;
}

int tty_check_background(struct tty *t, struct task *task, int signo)
{
    unsigned long flags;
    bool background;

    if (!task || !tty_is_controlling(t, task))
        return 0;
    flags = spin_lock_irqsave(&t->lock);
    background = t->foreground && t->foreground != group_of(task);
    spin_unlock_irqrestore(&t->lock, flags);
    if (!background)
        return 0;
    if (ignores(task, signo))
        return signo == SIGTTIN ? -EIO : 0;
    if (is_orphaned(task))
        return -EIO;
    rcu_read_lock();
    send_group(group_of(task), signo);
    rcu_read_unlock();
    return -ERESTARTSYS;
}

/* ------------------------------------------------------- getting one -- */

/* Everything is checked; tasklist_lock and t->mutex are held. */
static void attach_locked(struct tty *t, struct task *task,
                          struct pid *garbage[2], struct tty_session **old)
{
    unsigned long flags = spin_lock_irqsave(&t->lock);

    garbage[0] = t->foreground;
    garbage[1] = t->session_pid;
    t->foreground = pid_get(group_of(task));
    t->session_pid = pid_get(session_of(task));
    spin_unlock_irqrestore(&t->lock, flags);
    flags = spin_lock_irqsave(&task->group->lock);
    *old = task->group->tty;
    task->group->tty = &tty_get(t)->session;
    spin_unlock_irqrestore(&task->group->lock, flags);
}

static void drop(struct pid *garbage[2], struct tty_session *old)
{
    pid_put(garbage[0]);
    pid_put(garbage[1]);
    if (old)
        tty_put(tty_of_session(old));
}

void tty_become_controlling(struct tty *t, struct task *task)
{
    struct pid *garbage[2] = {NULL, NULL};
    struct tty_session *old = NULL;

    if (!task->group->session_leader || READ_ONCE(task->group->tty))
        return;
    mutex_lock(&t->mutex);
    spin_lock(&tasklist_lock);
    /* Another thread may have got another one meanwhile. */
    if (!t->session_pid && task->group->session_leader && !task->group->tty)
        attach_locked(t, task, garbage, &old);
    spin_unlock(&tasklist_lock);
    mutex_unlock(&t->mutex);
    drop(garbage, old);
}

/* Take the terminal from every process of `session`. tasklist_lock held;
 * returns how many references the caller has to drop. */
static u32 clear_session(struct tty *t, struct pid *session)
{
    struct task *each;
    u32 count = 0;

    hlist_for_each_entry(each, &session->tasks[PID_SESSION],
                         pid_links[PID_SESSION])
    {
        unsigned long flags = spin_lock_irqsave(&each->group->lock);

        if (each->group->tty == &t->session) {
            each->group->tty = NULL;
            count++;
        }
        spin_unlock_irqrestore(&each->group->lock, flags);
    }
    return count;
}

static void put_many(struct tty *t, u32 count)
{
    while (count-- > 0)
        tty_put(t);
}

long tty_set_controlling(struct tty *t, struct caller *who, u64 arg,
                         bool readable)
{
    struct task *task = who->task;
    struct pid *garbage[2] = {NULL, NULL};
    struct tty_session *old = NULL;
    bool admin = caller_capable_init(who, CAP_SYS_ADMIN);
    u32 cleared = 0;
    long error = 0;

    if (!task)
        return -EPERM;
    tty_get(t);
    mutex_lock(&t->mutex);
    spin_lock(&tasklist_lock);
    if (task->group->session_leader && t->session_pid == session_of(task))
        goto out;
    error = -EPERM;
    if (!task->group->session_leader || task->group->tty)
        goto out;
    if (t->session_pid) {
        if (arg != 1 || !admin)
            goto out;
        cleared = clear_session(t, t->session_pid);
    }
    if (!readable && !admin)
        goto out;
    error = 0;
    attach_locked(t, task, garbage, &old);
out:
    spin_unlock(&tasklist_lock);
    mutex_unlock(&t->mutex);
    drop(garbage, old);
    put_many(t, cleared);
    tty_put(t);
    return error;
}

/* ------------------------------------------------------- losing one -- */

/* The tty's session and foreground group are forgotten; tasklist_lock held. */
static void detach_locked(struct tty *t, struct pid *garbage[2])
{
    unsigned long flags = spin_lock_irqsave(&t->lock);

    garbage[0] = t->foreground;
    garbage[1] = t->session_pid;
    t->foreground = NULL;
    t->session_pid = NULL;
    spin_unlock_irqrestore(&t->lock, flags);
}

void tty_forget_session(struct tty *t)
{
    struct pid *garbage[2];
    u32 count = 0;

    spin_lock(&tasklist_lock);
    if (t->session_pid)
        count = clear_session(t, t->session_pid);
    detach_locked(t, garbage);
    spin_unlock(&tasklist_lock);
    drop(garbage, NULL);
    put_many(t, count);
}

/* SIGHUP and SIGCONT to the session's leader; tasklist_lock held. */
static void signal_leader(struct pid *session)
{
    struct task *each;

    hlist_for_each_entry(each, &session->tasks[PID_SESSION],
                         pid_links[PID_SESSION])
    {
        struct signal_info info;

        if (!each->group->session_leader)
            continue;
        signal_info_kernel(&info, SIGHUP);
        signal_send_process(each, &info);
        signal_info_kernel(&info, SIGCONT);
        signal_send_process(each, &info);
    }
}

void tty_signal_hang_up(struct tty *t, bool exit_session)
{
    struct pid *garbage[2];
    u32 count = 0;

    spin_lock(&tasklist_lock);
    if (t->session_pid) {
        count = clear_session(t, t->session_pid);
        signal_leader(t->session_pid);
    }
    detach_locked(t, garbage);
    spin_unlock(&tasklist_lock);
    if (exit_session && garbage[0])
        send_group(garbage[0], SIGHUP);
    drop(garbage, NULL);
    put_many(t, count);
}

/* The leader of the session that t controls gives it up for all. */
static void leave_session(struct tty *t, bool exiting)
{
    struct pid *garbage[2];
    u32 count = 0;

    spin_lock(&tasklist_lock);
    if (t->session_pid)
        count = clear_session(t, t->session_pid);
    detach_locked(t, garbage);
    spin_unlock(&tasklist_lock);
    if (garbage[0]) {
        send_group(garbage[0], SIGHUP);
        if (!exiting)
            send_group(garbage[0], SIGCONT);
    }
    drop(garbage, NULL);
    put_many(t, count);
}

long tty_disconnect(struct tty *t, struct caller *who)
{
    struct task *task = who->task;
    struct tty_session *mine = NULL;

    if (!task || !tty_is_controlling(t, task))
        return -ENOTTY;
    if (task->group->session_leader) {
        leave_session(t, false);
        return 0;
    }
    spin_lock_irq(&task->group->lock);
    if (task->group->tty == &t->session) {
        mine = task->group->tty;
        task->group->tty = NULL;
    }
    spin_unlock_irq(&task->group->lock);
    if (mine)
        tty_put(t);
    return 0;
}

/* The leader of a session exits; its own reference is the caller's. */
static void session_leader_exit(struct tty_session *s, struct task *leader)
{
    struct tty *t = tty_of_session(s);

    if (t->session_pid != session_of(leader))
        return;
    if (t->driver->type == TTY_PTY) {
        leave_session(t, true);
        return;
    }
    leave_session(t, true);
    tty_hang_up(t);
}

static struct tty_session *session_get(struct tty_session *s)
{
    tty_get(tty_of_session(s));
    return s;
}

static void session_put(struct tty_session *s)
{
    tty_put(tty_of_session(s));
}

static const struct tty_session_ops session_ops = {
    .get = session_get,
    .put = session_put,
    .leader_exit = session_leader_exit,
};

static int tty_job_init(void)
{
    tty_session_ops = &session_ops;
    return 0;
}
INITCALL(proc, tty_job_init);

/* ---------------------------------------------------- foreground groups -- */

static struct pid_namespace *namespace_of(struct caller *who)
{
    return task_pid_ns(who->task);
}

long tty_get_foreground(struct tty *t, struct caller *who, u64 arg, bool master)
{
    unsigned long flags;
    s32 number = 0;

    if (!who->task || (!master && !tty_is_controlling(t, who->task)))
        return -ENOTTY;
    flags = spin_lock_irqsave(&t->lock);
    if (t->foreground)
        number = (s32)pid_number(t->foreground, namespace_of(who));
    spin_unlock_irqrestore(&t->lock, flags);
    return user_write32(who->mm, arg, (u32)number);
}

long tty_get_session(struct tty *t, struct caller *who, u64 arg, bool master)
{
    unsigned long flags;
    s32 number = -1;

    if (!who->task || (!master && !tty_is_controlling(t, who->task)))
        return -ENOTTY;
    flags = spin_lock_irqsave(&t->lock);
    if (t->session_pid)
        number = (s32)pid_number(t->session_pid, namespace_of(who));
    spin_unlock_irqrestore(&t->lock, flags);
    if (number < 0)
        return -ENOTTY;
    return user_write32(who->mm, arg, (u32)number);
}

/* Is `group` a process group of the task's session? tasklist_lock held. */
static int check_group(struct pid *group, struct task *task)
{
    struct task *member;

    if (!group)
        return -ESRCH;
    member = pid_task(group, PID_GROUP);
    if (!member || session_of(member) != session_of(task))
        return -EPERM;
    return 0;
}

long tty_set_foreground(struct tty *t, struct caller *who, u64 arg)
{
    struct task *task = who->task;
    struct pid *group, *old = NULL;
    unsigned long flags;
    u32 number;
    int error;

    error = tty_check_background(t, task, SIGTTOU);
    if (error)
        return error == -EIO ? -ENOTTY : error;
    if (user_read32(who->mm, arg, &number))
        return -EFAULT;
    if ((s32)number < 0)
        return -EINVAL;
    if (!task)
        return -ENOTTY;
    rcu_read_lock();
    spin_lock(&tasklist_lock);
    if (!tty_is_controlling(t, task) || t->session_pid != session_of(task)) {
        error = -ENOTTY;
    } else {
        group = pid_find(namespace_of(who), number);
        error = check_group(group, task);
    }
    if (!error) {
        flags = spin_lock_irqsave(&t->lock);
        old = t->foreground;
        t->foreground = pid_get(group);
        spin_unlock_irqrestore(&t->lock, flags);
    }
    spin_unlock(&tasklist_lock);
    rcu_read_unlock();
    pid_put(old);
    return error;
}
