/*
 * /proc/sysrq-trigger: the first character written says what is done, as in
 * Linux's Documentation/admin-guide/sysrq.rst. Only root's to write; the mask
 * in /proc/sys/kernel/sysrq is for keyboards.
 */
#include "core/cpu.h"
#include "core/init.h"
#include "core/log.h"
#include "core/sched.h"
#include "fs/procfs.h"
#include "fs/super.h"
#include "proc/namespace.h"
#include "proc/pid.h"
#include "proc/signal.h"
#include "proc/task.h"
#include "vm/oom.h"
#include "vm/vm.h"

static void reboot(void)
{
    machine_reboot();
}

static void power_off(void)
{
    machine_power_off();
}

static void crash(void)
{
    panic("sysrq triggered crash\n");
}

static void signal_all(int signo)
{
    struct signal_info info;
    struct task *t;
    u32 number = 1;

    signal_info_kernel(&info, signo);
    for (; (t = task_next_process(&pid_ns_first, &number)); number++) {
        if (t != pid_ns_first.reaper && !(t->flags & TASK_KTHREAD))
            signal_send_process(t, &info);
        task_put(t);
    }
}

static void terminate(void)
{
    signal_all(SIGTERM);
}

static void kill(void)
{
    signal_all(SIGKILL);
}

static void kill_for_memory(void)
{
    if (!oom_kill())
        log_info("OOM request ignored. No task eligible\n");
}

static void show_this_cpu(void *unused)
{
    (void)unused;
    log_info("CPU %u, thread \"%s\":\n", cpu_current(), thread_current()->name);
    arch_backtrace(arch_irq_regs(), NULL, log_frame, NULL);
}

static void show_cpus(void)
{
    for_each_online_cpu (cpu) {
        struct cpumask one = {0};

        cpumask_set(&one, cpu);
        cpu_call(&one, show_this_cpu, NULL);
    }
}

static void show_memory(void)
{
    struct vm_memory_info i;

    vm_memory_info(&i);
    log_info("Mem-Info: total:%lukB free:%lukB anon:%lukB cached:%lukB "
             "slab:%lukB page_tables:%lukB\n",
             i.total << 2, i.free << 2, i.anon << 2, i.cached << 2, i.slab << 2,
             i.page_tables << 2);
}

static void show_threads(bool blocked_only)
{
    struct task *leader, *t;
    u32 pid = 1, tid;

    for (; (leader = task_next_process(&pid_ns_first, &pid)); pid++) {
        tid = 1;
        for (; (t = task_next_thread(leader, &tid, &pid_ns_first)); tid++) {
            char state = task_state_letter(t);

            if (!blocked_only || state == 'D') {
                log_info("task:%-15s state:%c pid:%u\n", t->thread.name, state,
                         tid);
                thread_log_backtrace(&t->thread);
            }
            task_put(t);
        }
        task_put(leader);
    }
}

static void show_tasks(void)
{
    show_threads(false);
}

static void show_blocked(void)
{
    show_threads(true);
}

static const struct sysrq {
    char key;
    const char *help, *action; /* Linux's texts */
    void (*run)(void);
} table[] = {
    {'b', "reboot(b)", "Resetting", reboot},
    {'c', "crash(c)", "Trigger a crash", crash},
    {'e', "terminate-all-tasks(e)", "Terminate All Tasks", terminate},
    {'f', "memory-full-oom-kill(f)", "Manual OOM execution", kill_for_memory},
    {'i', "kill-all-tasks(i)", "Kill All Tasks", kill},
    {'l', "show-backtrace-all-active-cpus(l)",
     "Show backtrace of all active CPUs", show_cpus},
    {'m', "show-memory-usage(m)", "Show Memory", show_memory},
    {'o', "poweroff(o)", "Power Off", power_off},
    {'s', "sync(s)", "Emergency Sync", super_sync_all},
    {'t', "show-task-states(t)", "Show State", show_tasks},
    {'w', "show-blocked-tasks(w)", "Show Blocked State", show_blocked},
};

static void show_help(void)
{
    struct text t;

    text_init(&t);
    text_puts(&t, "sysrq: HELP : loglevel(0-9)");
    for (u32 i = 0; i < ARRAY_SIZE(table); i++)
        text_printf(&t, " %s", table[i].help);
    text_putc(&t, '\0');
    if (!t.error)
        log_info("%s\n", t.data);
    text_free(&t);
}

static void handle(char key)
{
    if (key >= '0' && key <= '9') {
        log_console_level = 7;
        log_info("sysrq: Changing Loglevel\n");
        log_info("sysrq: Loglevel set to %d\n", key - '0');
        log_console_level = key - '0';
        return;
    }
    for (u32 i = 0; i < ARRAY_SIZE(table); i++) {
        if (table[i].key != key)
            continue;
        log_info("sysrq: %s\n", table[i].action);
        table[i].run();
        return;
    }
    show_help();
}

static ssize_t store_trigger(struct caller *who, struct inode *inode,
                             char *data, size_t n, s64 pos)
{
    (void)who;
    (void)inode;
    (void)pos;
    if (n)
        handle(data[0]);
    return (ssize_t)n;
}

static const struct pseudo_file_ops trigger_file = {.store = store_trigger};

static int sysrq_start(void)
{
    return proc_add_file("sysrq-trigger", 0200, &trigger_file, NULL);
}
INITCALL(fs, sysrq_start);
