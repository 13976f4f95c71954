/*
 * What /proc/<pid>/stat, status, statm, limits and the like say: the texts of
 * Linux 6.1.
 */
#include "core/caller.h"
#include "core/slab.h"
#include "core/time.h"
#include "fs/fs_context.h"
#include "fs/procfs.h"
#include "lib/string.h"
#include "proc/clock.h"
#include "proc/namespace.h"
#include "proc/ptrace.h"
#include "proc/seccomp.h"
#include "proc/task.h"
#include "proc/user_account.h"
#include "tty/tty.h"
#include "vm/address_space.h"
#include "vm/oom.h"

#define TICKS(ns) ((ns) / (NS_PER_SEC / 100))

/* Numbers of a task in the reader's namespace. */
struct ids {
    u32 tid, pid, ppid, pgrp, session;
};

static struct pid_namespace *reader_ns(struct caller *who)
{
    return who->task ? task_pid_ns(who->task) : &pid_ns_first;
}

static void get_ids(struct caller *who, struct task *t, struct ids *ids)
{
    struct pid_namespace *ns = reader_ns(who);
    struct task *leader, *parent;

    memset(ids, 0, sizeof(*ids));
    spin_lock(&tasklist_lock);
    leader = t->group->leader;
    if (t->pids[PID_TASK])
        ids->tid = pid_number(t->pids[PID_TASK], ns);
    if (leader->pids[PID_PROCESS])
        ids->pid = pid_number(leader->pids[PID_PROCESS], ns);
    if (leader->pids[PID_GROUP])
        ids->pgrp = pid_number(leader->pids[PID_GROUP], ns);
    if (leader->pids[PID_SESSION])
        ids->session = pid_number(leader->pids[PID_SESSION], ns);
    parent = t->real_parent;
    if (parent && parent->group->leader->pids[PID_PROCESS])
        ids->ppid = pid_number(parent->group->leader->pids[PID_PROCESS], ns);
    spin_unlock(&tasklist_lock);
}

struct signals {
    sigset_t pending, shared, blocked, ignored, caught;
};

static void get_signals(struct task *t, struct signals *s)
{
    unsigned long flags = spin_lock_irqsave(&t->group->lock);

    memset(s, 0, sizeof(*s));
    s->pending = t->signal.pending.set;
    s->shared = t->group->shared_pending.set;
    s->blocked = t->signal.blocked;
    if (t->handlers)
        for (u32 i = 0; i < SIGNAL_COUNT; i++) {
            u64 handler = t->handlers->actions[i].handler;

            if (handler == 1)
                s->ignored |= 1ULL << i;
            else if (handler)
                s->caught |= 1ULL << i;
        }
    spin_unlock_irqrestore(&t->group->lock, flags);
}

static s64 priority_of(const struct task *t)
{
    const struct thread *th = &t->thread;

    if (th->policy == SCHED_FIFO || th->policy == SCHED_RR)
        return -1 - (s64)th->rt_priority;
    return 20 + th->nice;
}

/* ------------------------------------------------------------------ stat */

static void stat_times(struct task *t, struct text *out, bool whole)
{
    struct thread_group *g = t->group;
    u64 user, system, minor = t->min_faults, major = t->maj_faults;

    if (whole) {
        struct task *other;

        thread_group_times(g, &user, &system);
        minor = g->min_faults;
        major = g->maj_faults;
        spin_lock(&tasklist_lock);
        list_for_each_entry (other, &g->threads, group_link) {
            minor += other->min_faults;
            major += other->maj_faults;
        }
        spin_unlock(&tasklist_lock);
    } else {
        task_times(t, &user, &system);
    }
    text_printf(out, "%lu %lu %lu %lu %lu %lu %lu %lu ", minor,
                g->child_min_faults, major, g->child_maj_faults, TICKS(user),
                TICKS(system), TICKS(g->child_user_ns),
                TICKS(g->child_system_ns));
}

static void stat_memory(struct task *t, struct text *out,
                        struct address_space *mm, bool may)
{
    u64 limit = t->group->limits[LIMIT_RSS].soft;

    text_printf(out, "%lu %lu %lu ", mm ? mm->total_pages << PAGE_SHIFT : 0,
                mm ? mm_resident_pages(mm) : 0, limit);
    if (mm && may)
        text_printf(out, "%lu %lu %lu 0 0 ", mm->code_start, mm->code_end,
                    mm->stack_start);
    else
        text_puts(out, mm ? "1 1 0 0 0 " : "0 0 0 0 0 ");
}

int proc_show_stat(struct caller *who, struct task *t, struct text *out,
                   bool whole)
{
    bool may = !task_access_begin(who, t, TASK_ACCESS_READ);
    struct address_space *mm = task_mm_get(t);
    struct signals s;
    struct ids ids;
    u32 tty;
    s32 foreground = -1;

    if (may)
        task_access_end(t);
    get_ids(who, t, &ids);
    get_signals(t, &s);
    tty = (u32)devnum_encode(tty_task_device(t, &foreground, reader_ns(who)));
    text_printf(out, "%u (%s) %c %u %u %u %u %d %u ", whole ? ids.pid : ids.tid,
                t->thread.name, task_state_letter(t), ids.ppid, ids.pgrp,
                ids.session, tty, foreground,
                t->flags & TASK_FORK_NOEXEC ? 0x400040u : 0x400000u);
    stat_times(t, out, whole);
    text_printf(out, "%ld %d %u 0 %lu ", priority_of(t), t->thread.nice,
                t->group->thread_count,
                TICKS(t->start_time + clock_offset(who, CLOCK_BOOTTIME)));
    stat_memory(t, out, mm, may);
    text_printf(out, "%lu %lu %lu %lu 0 0 0 %d %u %u %u 0 0 0 ",
                s.pending & 0x7fffffff, s.blocked & 0x7fffffff,
                s.ignored & 0x7fffffff, s.caught & 0x7fffffff,
                (int)t->exit_signal, t->thread.cpu, t->thread.rt_priority,
                t->thread.policy);
    if (mm && may)
        text_printf(out, "%lu %lu %lu %lu %lu %lu %lu %u\n", mm->data_start,
                    mm->data_end, mm->brk_start, mm->arg_start, mm->arg_end,
                    mm->env_start, mm->env_end, t->exit_status);
    else
        text_printf(out, "0 0 0 0 0 0 0 %u\n", may ? t->exit_status : 0);
    if (mm)
        mm_put(mm);
    return 0;
}

int proc_show_statm(struct caller *who, struct task *t, struct text *out)
{
    struct address_space *mm = task_mm_get(t);

    (void)who;
    if (!mm) {
        text_puts(out, "0 0 0 0 0 0 0\n");
        return 0;
    }
    text_printf(
        out, "%lu %lu %lu %lu 0 %lu 0\n", mm->total_pages,
        mm_resident_pages(mm),
        (u64)(atomic64_load(&mm->file_pages) + atomic64_load(&mm->shmem_pages)),
        (round_up(mm->code_end, PAGE_SIZE) -
         round_down(mm->code_start, PAGE_SIZE)) >>
            PAGE_SHIFT,
        mm->data_pages + mm->stack_pages);
    mm_put(mm);
    return 0;
}

/* ---------------------------------------------------------------- status */

static const char *state_name(char letter)
{
    switch (letter) {
    case 'R':
        return "R (running)";
    case 'S':
        return "S (sleeping)";
    case 'D':
        return "D (disk sleep)";
    case 'T':
        return "T (stopped)";
    case 't':
        return "t (tracing stop)";
    case 'Z':
        return "Z (zombie)";
    case 'X':
        return "X (dead)";
    default:
        return "I (idle)";
    }
}

/* The same numbers in every namespace from the reader's down to its own. */
static void show_levels(struct caller *who, struct task *t, struct text *out)
{
    static const char *const names[] = {
        "NStgid:", "NSpid:", "NSpgid:", "NSsid:"};
    static const enum pid_kind kinds[] = {PID_PROCESS, PID_TASK, PID_GROUP,
                                          PID_SESSION};

    if (!text_reserve(out, 4 * (16 + 11 * (PID_LEVELS_MAX + 1))))
        return;
    spin_lock(&tasklist_lock);
    for (u32 i = 0; i < 4; i++) {
        struct task *of = kinds[i] == PID_TASK ? t : t->group->leader;
        struct pid *own = t->pids[PID_TASK], *p = of->pids[kinds[i]];

        text_puts(out, names[i]);
        for (u32 k = reader_ns(who)->level; own && k <= own->level; k++)
            text_printf(out, "\t%u", pid_number(p, own->numbers[k].ns));
        text_putc(out, '\n');
    }
    spin_unlock(&tasklist_lock);
}

static void status_ids(struct caller *who, struct task *t, struct text *out)
{
    const struct cred *c = task_cred_get(t);
    struct user_namespace *ns = who->cred->user_ns;
    struct ids ids;

    get_ids(who, t, &ids);
    text_printf(out,
                "State:\t%s\nTgid:\t%u\nNgid:\t0\nPid:\t%u\nPPid:\t%u\n"
                "TracerPid:\t%u\n",
                state_name(task_state_letter(t)), ids.pid, ids.tid, ids.ppid,
                ptrace_tracer_number(t, reader_ns(who)));
    text_printf(out, "Uid:\t%u\t%u\t%u\t%u\n", uid_from_kernel(ns, c->uid),
                uid_from_kernel(ns, c->euid), uid_from_kernel(ns, c->suid),
                uid_from_kernel(ns, c->fsuid));
    text_printf(out, "Gid:\t%u\t%u\t%u\t%u\n", gid_from_kernel(ns, c->gid),
                gid_from_kernel(ns, c->egid), gid_from_kernel(ns, c->sgid),
                gid_from_kernel(ns, c->fsgid));
    struct handle_table *handles = task_handles_get(t);

    text_printf(out, "FDSize:\t%u\nGroups:\t",
                handles ? handle_table_capacity(handles) : 0);
    if (handles)
        handle_table_put(handles, &t->caller);
    for (u32 i = 0; c->groups && i < c->groups->count; i++)
        text_printf(out, "%s%u", i ? " " : "",
                    gid_from_kernel(ns, c->groups->ids[i]));
    text_puts(out, " \n");
    show_levels(who, t, out);
    cred_put(c);
}

static void kib(struct text *out, const char *name, u64 pages)
{
    text_printf(out, "%s:\t%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

static void status_memory(struct text *out, struct address_space *mm)
{
    u64 code = (round_up(mm->code_end, PAGE_SIZE) -
                round_down(mm->code_start, PAGE_SIZE)) >>
               PAGE_SHIFT;
    u64 anon = (u64)atomic64_load(&mm->anon_pages);
    u64 file = (u64)atomic64_load(&mm->file_pages);
    u64 shmem = (u64)atomic64_load(&mm->shmem_pages);

    kib(out, "VmPeak", max(mm->peak_total, mm->total_pages));
    kib(out, "VmSize", mm->total_pages);
    kib(out, "VmLck", mm->locked_pages);
    kib(out, "VmPin", 0);
    kib(out, "VmHWM", mm_peak_resident_pages(mm));
    kib(out, "VmRSS", anon + file + shmem);
    kib(out, "RssAnon", anon);
    kib(out, "RssFile", file);
    kib(out, "RssShmem", shmem);
    kib(out, "VmData", mm->data_pages);
    kib(out, "VmStk", mm->stack_pages);
    kib(out, "VmExe", min(code, mm->exec_pages));
    kib(out, "VmLib", mm->exec_pages - min(code, mm->exec_pages));
    kib(out, "VmPTE", mm_table_bytes(mm) >> PAGE_SHIFT);
    kib(out, "VmSwap", 0);
    text_puts(out, "HugetlbPages:\t       0 kB\nCoreDumping:\t0\n"
                   "THP_enabled:\t0\n");
}

static void status_signals(struct task *t, struct text *out)
{
    const struct cred *c = task_cred_get(t);
    struct signals s;

    get_signals(t, &s);
    text_printf(out, "Threads:\t%u\nSigQ:\t%d/%lu\n", t->group->thread_count,
                c->user ? atomic_load(&c->user->signals_pending) : 0,
                t->group->limits[LIMIT_SIGPENDING].soft);
    text_printf(out,
                "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n"
                "SigIgn:\t%016lx\nSigCgt:\t%016lx\n",
                (u64)s.pending, (u64)s.shared, (u64)s.blocked, (u64)s.ignored,
                (u64)s.caught);
    text_printf(out,
                "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\n"
                "CapBnd:\t%016lx\nCapAmb:\t%016lx\nNoNewPrivs:\t%u\n",
                c->cap_inheritable, c->cap_permitted, c->cap_effective,
                c->cap_bounding, c->cap_ambient, t->no_new_privs);
    text_printf(out, "Seccomp:\t%u\nSeccomp_filters:\t%u\n", t->seccomp_mode,
                seccomp_filter_count(t));
    cred_put(c);
}

static void status_cpus(struct task *t, struct text *out)
{
    const struct cpumask *mask = &t->thread.affinity;
    u32 cpus = cpu_count(), from = 0;
    bool first = true;

    text_puts(out, "Cpus_allowed:\t");
    for (s32 word = (s32)DIV_ROUND_UP(cpus, 32u) - 1; word >= 0; word--) {
        u32 bits = 0;

        for (u32 i = 0; i < 32 && (u32)word * 32 + i < cpus; i++)
            if (cpumask_test(mask, (u32)word * 32 + i))
                bits |= 1u << i;
        if (first && cpus < 32)
            text_printf(out, "%0*x", (int)DIV_ROUND_UP(cpus, 4u), bits);
        else
            text_printf(out, "%s%08x", first ? "" : ",", bits);
        first = false;
    }
    text_puts(out, "\nCpus_allowed_list:\t");
    first = true;
    while (from < cpus) {
        u32 to;

        if (!cpumask_test(mask, from)) {
            from++;
            continue;
        }
        for (to = from; to + 1 < cpus && cpumask_test(mask, to + 1); to++)
            ;
        text_printf(out, from == to ? "%s%u" : "%s%u-%u", first ? "" : ",",
                    from, to);
        first = false;
        from = to + 1;
    }
    text_puts(out, "\nMems_allowed:\t1\nMems_allowed_list:\t0\n");
}

int proc_show_status(struct caller *who, struct task *t, struct text *out)
{
    struct address_space *mm = task_mm_get(t);
    u32 umask = 0;

    spin_lock(&t->alloc_lock);
    if (t->fs)
        umask = t->fs->umask;
    spin_unlock(&t->alloc_lock);
    text_puts(out, "Name:\t");
    text_escape(out, t->thread.name, strlen(t->thread.name), "\n\\");
    text_printf(out, "\nUmask:\t%04o\n", umask);
    status_ids(who, t, out);
    if (mm)
        status_memory(out, mm);
    status_signals(t, out);
    text_puts(out, "Speculation_Store_Bypass:\tvulnerable\n"
                   "SpeculationIndirectBranch:\talways enabled\n");
    status_cpus(t, out);
    text_printf(out,
                "voluntary_ctxt_switches:\t%lu\n"
                "nonvoluntary_ctxt_switches:\t%lu\n",
                t->thread.voluntary_switches, t->thread.involuntary_switches);
    if (mm)
        mm_put(mm);
    return 0;
}

/* ------------------------------------------------ strings of the process */

/* [start, end) of another process's memory, at most `limit` bytes. */
static int append_memory(struct text *out, struct address_space *mm, u64 start,
                         u64 end, size_t limit)
{
    char *page = kmalloc(PAGE_SIZE, ALLOC_KERNEL);

    if (!page)
        return -ENOMEM;
    end = min(end, start + limit);
    while (start < end) {
        size_t n = min(end - start, PAGE_SIZE);
        size_t got = mm_access(mm, start, page, n, false, true);

        text_append(out, page, got);
        if (got < n)
            break;
        start += n;
    }
    kfree(page);
    return 0;
}

int proc_show_cmdline(struct caller *who, struct task *t, struct text *out)
{
    struct address_space *mm = task_mm_get(t);
    int error;

    (void)who;
    if (!mm)
        return 0;
    error = append_memory(out, mm, mm->arg_start, mm->arg_end, 1u << 22);
    /* A program that wrote over its arguments (setproctitle) goes on into the
     * environment, up to the first NUL. */
    if (!error && out->length && out->data[out->length - 1] &&
        mm->env_start == mm->arg_end) {
        error = append_memory(out, mm, mm->env_start, mm->env_end, PAGE_SIZE);
        for (size_t i = 0; i < out->length; i++)
            if (!out->data[i]) {
                out->length = i + 1;
                break;
            }
    }
    mm_put(mm);
    return error;
}

int proc_show_environ(struct caller *who, struct address_space *mm,
                      struct text *out)
{
    int error = 0;

    (void)who;
    if (!mm)
        return 0;
    if (mm->env_end)
        error = append_memory(out, mm, mm->env_start, mm->env_end, 1u << 22);
    return error;
}

int proc_show_auxv(struct caller *who, struct address_space *mm,
                   struct text *out)
{

    (void)who;
    if (!mm)
        return 0;
    text_append(out, mm->auxv, mm->auxv_words * sizeof(u64));
    return 0;
}

/* ---------------------------------------------------------------- limits */

static const struct {
    const char *name, *unit;
} limit_names[LIMIT_COUNT] = {
    [LIMIT_CPU] = {"Max cpu time", "seconds"},
    [LIMIT_FSIZE] = {"Max file size", "bytes"},
    [LIMIT_DATA] = {"Max data size", "bytes"},
    [LIMIT_STACK] = {"Max stack size", "bytes"},
    [LIMIT_CORE] = {"Max core file size", "bytes"},
    [LIMIT_RSS] = {"Max resident set", "bytes"},
    [LIMIT_NPROC] = {"Max processes", "processes"},
    [LIMIT_NOFILE] = {"Max open files", "files"},
    [LIMIT_MEMLOCK] = {"Max locked memory", "bytes"},
    [LIMIT_AS] = {"Max address space", "bytes"},
    [LIMIT_LOCKS] = {"Max file locks", "locks"},
    [LIMIT_SIGPENDING] = {"Max pending signals", "signals"},
    [LIMIT_MSGQUEUE] = {"Max msgqueue size", "bytes"},
    [LIMIT_NICE] = {"Max nice priority", NULL},
    [LIMIT_RTPRIO] = {"Max realtime priority", NULL},
    [LIMIT_RTTIME] = {"Max realtime timeout", "us"},
};

static void put_limit(struct text *out, u64 value)
{
    if (value == ~0UL)
        text_printf(out, "%-20s ", "unlimited");
    else
        text_printf(out, "%-20lu ", value);
}

int proc_show_limits(struct caller *who, struct task *t, struct text *out)
{
    (void)who;
    text_printf(out, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit",
                "Hard Limit", "Units");
    for (u32 i = 0; i < LIMIT_COUNT; i++) {
        text_printf(out, "%-25s ", limit_names[i].name);
        put_limit(out, t->group->limits[i].soft);
        put_limit(out, t->group->limits[i].hard);
        if (limit_names[i].unit)
            text_printf(out, "%-10s\n", limit_names[i].unit);
        else
            text_putc(out, '\n');
    }
    return 0;
}

int proc_show_io(struct caller *who, struct task *t, struct text *out)
{
    struct io_counters *io = &t->group->io;

    (void)who;
    text_printf(out,
                "rchar: %lu\nwchar: %lu\nsyscr: %lu\nsyscw: %lu\n"
                "read_bytes: %lu\nwrite_bytes: %lu\n"
                "cancelled_write_bytes: %lu\n",
                io->read_chars, io->write_chars, io->read_calls,
                io->write_calls, io->read_bytes, io->write_bytes,
                io->cancelled);
    return 0;
}
