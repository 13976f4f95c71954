#include "proc/core_dump.h"

#include "core/log.h"
#include "core/object.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/namespace.h"
#include "proc/signal_internal.h"
#include "proc/task.h"
#include "proc/task_work.h"
#include "vm/address_space.h"

char core_pattern[CORE_PATTERN_MAX] = "core";
s32 core_uses_pid, core_pipe_limit;
const struct core_dump_ops *core_dump_ops;

#define NAME_SIZE 4096
#define WORDS_MAX 32

/* ----------------------------------------------------------------- the name */

struct name {
    char *text;
    size_t length;
    bool has_pid;
};

static void put_char(struct name *n, char c)
{
    if (n->length + 1 < NAME_SIZE)
        n->text[n->length++] = c;
    n->text[n->length] = 0;
}

/* What comes from users stays one component. */
static void put_text(struct name *n, const char *s)
{
    size_t start = n->length;

    for (; *s; s++)
        put_char(n, *s == '/' ? '!' : *s);
    if (n->length - start == 1 && n->text[start] == '.')
        n->text[start] = '!';
    if (n->length - start == 2 && !strcmp(n->text + start, ".."))
        n->text[start] = '!';
}

static void put_number(struct name *n, u64 value)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%lu", value);
    put_text(n, digits);
}

static void put_path(struct name *n, struct task *t)
{
    char *path = kmalloc(NAME_SIZE, ALLOC_KERNEL);
    struct grant *exe = t->mm->executable;

    if (path && exe &&
        core_dump_ops->path(&t->caller, exe, path, NAME_SIZE - 1))
        put_text(n, path);
    else
        put_text(n, t->thread.name);
    kfree(path);
}

static void put_item(struct name *n, char item, struct task *t, int signo)
{
    struct thread_group *g = t->group;
    struct pid_namespace *ns = task_pid_ns(t);
    struct pid *process = g->leader->pids[PID_PROCESS];
    const struct cred *c = t->cred;

    switch (item) {
    case '%':
        put_char(n, '%');
        break;
    case 'p':
        n->has_pid = true;
        put_number(n, pid_number(process, ns));
        break;
    case 'P':
        put_number(n, pid_number(process, &pid_ns_first));
        break;
    case 'i':
        put_number(n, pid_number(t->pids[PID_TASK], ns));
        break;
    case 'I':
        put_number(n, pid_number(t->pids[PID_TASK], &pid_ns_first));
        break;
    case 'u':
        put_number(n, c->uid.value);
        break;
    case 'g':
        put_number(n, c->gid.value);
        break;
    case 'd':
        put_number(n, task_is_dumpable(t));
        break;
    case 's':
        put_number(n, signo);
        break;
    case 't':
        put_number(n, time_realtime() / NS_PER_SEC);
        break;
    case 'h':
        put_text(n, t->ns->uts->host);
        break;
    case 'e':
    case 'f':
        put_text(n, t->thread.name);
        break;
    case 'E':
        put_path(n, t);
        break;
    case 'c':
        put_number(n, g->limits[LIMIT_CORE].soft);
        break;
    default: /* unknown ones vanish */
        break;
    }
}

/* A word of a program's command line ends at a blank of the pattern: what is
 * put in for an item stays within its word. */
static void expand(struct name *n, const char *pattern, struct task *t,
                   int signo, char **words, u32 *count)
{
    *count = 0;
    for (const char *p = pattern; *p; p++) {
        if (words && (*p == ' ' || *p == '\t')) {
            if (n->length && n->text[n->length - 1])
                put_char(n, 0);
            continue;
        }
        if (words && (!n->length || !n->text[n->length - 1]) &&
            *count < WORDS_MAX &&
            (!*count || words[*count - 1] != n->text + n->length))
            words[(*count)++] = n->text + n->length;
        if (*p != '%')
            put_char(n, *p);
        else if (p[1])
            put_item(n, *++p, t, signo);
    }
    if (words)
        words[*count] = NULL;
}

/* ------------------------------------------------------------- the threads */

void core_dump_wait(struct task *t)
{
    struct thread_group *g = t->group;
    struct core_state *s;

    spin_lock_irq(&g->lock);
    s = g->core;
    if (!s || s->dumper == t) {
        spin_unlock_irq(&g->lock);
        return;
    }
    s->waiting--;
    wake_up_all(&s->parked);
    spin_unlock_irq(&g->lock);
    wait_event(&g->core_done, !READ_ONCE(g->core));
}

/* All other threads end, and park. False: the process ends already. */
static bool stop_others(struct task *t, struct core_state *s, int signo)
{
    struct thread_group *g = t->group;
    struct task *each;

    wait_queue_init(&s->parked);
    s->dumper = t;
    spin_lock_irq(&g->lock);
    if (g->group_exiting || g->exec_task) {
        spin_unlock_irq(&g->lock);
        return false;
    }
    g->group_exiting = true;
    g->exit_code = signo;
    g->stop_pending = 0;
    list_for_each_entry (each, &g->threads, group_link)
        if (each != t && !(each->flags & TASK_EXITING))
            s->waiting++;
    g->core = s;
    signal_kill_threads(g, t);
    /* From now on only a SIGKILL disturbs what it writes. */
    atomic_and(~(int)WORK_SIGNAL, &t->thread.head.work);
    spin_unlock_irq(&g->lock);
    task_work_run(t);
    wait_event(&s->parked, !READ_ONCE(s->waiting));
    return true;
}

static void release_others(struct thread_group *g, bool dumped)
{
    spin_lock_irq(&g->lock);
    g->core = NULL;
    if (dumped)
        g->exit_code |= 0x80;
    spin_unlock_irq(&g->lock);
    wake_up_all(&g->core_done);
}

/* -------------------------------------------------------------- the target */

static bool to_program(struct task *t, const struct signal_info *info,
                       struct name *n)
{
    struct grant *read, *write;
    char *words[WORDS_MAX + 1];
    bool done;
    u32 count;
    int error;

    expand(n, core_pattern + 1, t, info->signo, words, &count);
    if (!count || t->group->limits[LIMIT_CORE].soft == 1)
        return false; /* 1: the reader of another core */
    error = core_dump_ops->pipe(&t->caller, &read, &write);
    if (error)
        return false;
    error = helper_start(words, read);
    if (error) {
        log_notice("core dump: cannot start %s: error %d\n", words[0], -error);
        grant_put(write);
        return false;
    }
    done = core_dump_write(t, info, write, ~0ULL, false);
    grant_put(write);
    return done;
}

static bool to_file(struct task *t, const struct signal_info *info,
                    struct name *n)
{
    u64 limit = t->group->limits[LIMIT_CORE].soft;
    struct grant *out;
    bool done;
    u32 count;

    if (limit < PAGE_SIZE)
        return false;
    expand(n, core_pattern, t, info->signo, NULL, &count);
    if (!n->has_pid && core_uses_pid) {
        put_char(n, '.');
        put_number(
            n, pid_number(t->group->leader->pids[PID_PROCESS], task_pid_ns(t)));
    }
    if (!n->length)
        return false;
    out = core_dump_ops->create(&t->caller, n->text);
    if (IS_ERR(out))
        return false;
    done = core_dump_write(t, info, out, limit, true);
    grant_put(out);
    return done;
}

bool core_dump(struct task *t, const struct signal_info *info)
{
    struct core_state state = {0};
    struct name n = {0};
    bool pipe = core_pattern[0] == '|', done = false;

    if (!core_dump_ops || !t->mm || !task_is_dumpable(t) ||
        (!pipe && t->group->limits[LIMIT_CORE].soft < PAGE_SIZE))
        return false;
    if (!stop_others(t, &state, info->signo))
        return false;
    n.text = kzalloc(NAME_SIZE, ALLOC_KERNEL);
    if (n.text)
        done = pipe ? to_program(t, info, &n) : to_file(t, info, &n);
    kfree(n.text);
    release_others(t->group, done);
    return done;
}
