/*
 * What /proc says of the whole system: the texts of Linux 6.1.
 */
#include "core/caller.h"
#include "core/cpu.h"
#include "core/device.h"
#include "core/init.h"
#include "core/irq.h"
#include "core/page.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/time.h"
#include "fs/lock.h"
#include "fs/procfs.h"
#include "lib/string.h"
#include "proc/clock.h"
#include "proc/namespace.h"
#include "proc/pid.h"
#include "proc/task.h"
#include "proc/version.h"
#include "tty/tty.h"
#include "vm/vm.h"

#define TICKS(ns) ((ns) / (NS_PER_SEC / 100))

static void kib(struct text *out, const char *name, u64 pages)
{
    text_printf(out, "%-16s%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

static int show_meminfo(struct caller *who, struct inode *inode,
                        struct text *out)
{
    struct vm_memory_info i;

    (void)who;
    (void)inode;
    vm_memory_info(&i);
    kib(out, "MemTotal:", i.total);
    kib(out, "MemFree:", i.free);
    kib(out, "MemAvailable:", i.available);
    kib(out, "Buffers:", 0);
    kib(out, "Cached:", i.cached);
    kib(out, "SwapCached:", 0);
    kib(out, "Active:", i.cached + i.anon);
    kib(out, "Inactive:", 0);
    kib(out, "Active(anon):", i.anon);
    kib(out, "Inactive(anon):", 0);
    kib(out, "Active(file):", i.cached);
    kib(out, "Inactive(file):", 0);
    kib(out, "Unevictable:", 0);
    kib(out, "Mlocked:", i.locked);
    kib(out, "SwapTotal:", 0);
    kib(out, "SwapFree:", 0);
    kib(out, "Dirty:", i.dirty);
    kib(out, "Writeback:", i.writeback);
    kib(out, "AnonPages:", i.anon);
    kib(out, "Mapped:", i.mapped);
    kib(out, "Shmem:", i.shmem);
    kib(out, "KReclaimable:", 0);
    kib(out, "Slab:", i.slab);
    kib(out, "SReclaimable:", 0);
    kib(out, "SUnreclaim:", i.slab);
    kib(out, "KernelStack:", i.kernel_stack);
    kib(out, "PageTables:", i.page_tables);
    kib(out, "SecPageTables:", 0);
    kib(out, "NFS_Unstable:", 0);
    kib(out, "Bounce:", 0);
    kib(out, "WritebackTmp:", 0);
    kib(out, "CommitLimit:", i.commit_limit);
    kib(out, "Committed_AS:", i.committed);
    kib(out, "VmallocTotal:", 1UL << 33);
    kib(out, "VmallocUsed:", vmalloc_pages());
    kib(out, "VmallocChunk:", 0);
    kib(out, "Percpu:", 0);
    kib(out, "AnonHugePages:", 0);
    kib(out, "ShmemHugePages:", 0);
    kib(out, "ShmemPmdMapped:", 0);
    kib(out, "FileHugePages:", 0);
    kib(out, "FilePmdMapped:", 0);
    text_puts(out, "HugePages_Total:       0\nHugePages_Free:        0\n"
                   "HugePages_Rsvd:        0\nHugePages_Surp:        0\n");
    kib(out, "Hugepagesize:", 512);
    kib(out, "Hugetlb:", 0);
    return 0;
}

static int show_cpuinfo(struct caller *who, struct inode *inode,
                        struct text *out)
{
    char *buffer = kmalloc(PAGE_SIZE, ALLOC_KERNEL);

    (void)who;
    (void)inode;
    if (!buffer)
        return -ENOMEM;
    for_each_online_cpu (cpu)
        text_append(out, buffer, arch_cpuinfo(cpu, buffer, PAGE_SIZE));
    kfree(buffer);
    return 0;
}

static void put_cpu(struct text *out, const u64 t[5])
{
    text_printf(out, " %lu %lu %lu %lu 0 %lu 0 0 0 0\n", TICKS(t[0]),
                TICKS(t[1]), TICKS(t[2]), TICKS(t[3]), TICKS(t[4]));
}

static int show_stat(struct caller *who, struct inode *inode, struct text *out)
{
    struct sched_stats stats;
    u64 sum[5] = {0}, one[5];

    (void)who;
    (void)inode;
    for_each_online_cpu (cpu) {
        sched_cpu_times(cpu, one);
        for (u32 i = 0; i < 5; i++)
            sum[i] += one[i];
    }
    text_puts(out, "cpu ");
    put_cpu(out, sum);
    for_each_online_cpu (n) {
        sched_cpu_times(n, one);
        text_printf(out, "cpu%u", n);
        put_cpu(out, one);
    }
    sched_stats_get(&stats);
    text_printf(out, "intr %lu\nctxt %lu\nbtime %ld\nprocesses %lu\n",
                irq_total(), stats.switches,
                (time_realtime() - (s64)time_boottime() -
                 clock_offset(who, CLOCK_BOOTTIME)) /
                    (s64)NS_PER_SEC,
                stats.forks);
    text_printf(out, "procs_running %u\nprocs_blocked 0\n", stats.running);
    text_puts(out, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
    return 0;
}

static int show_uptime(struct caller *who, struct inode *inode,
                       struct text *out)
{
    u64 up = ((s64)time_boottime() + clock_offset(who, CLOCK_BOOTTIME)) /
             10000000,
        idle = 0, t[5];

    (void)who;
    (void)inode;
    for_each_online_cpu (cpu) {
        sched_cpu_times(cpu, t);
        idle += t[3];
    }
    idle /= 10000000;
    text_printf(out, "%lu.%02lu %lu.%02lu\n", up / 100, up % 100, idle / 100,
                idle % 100);
    return 0;
}

static int show_loadavg(struct caller *who, struct inode *inode,
                        struct text *out)
{
    struct pid_namespace *ns =
        who->task ? task_pid_ns(who->task) : &pid_ns_first;
    struct sched_stats stats;
    u32 number = 1, threads = 0;
    struct task *t;

    (void)inode;
    sched_stats_get(&stats);
    for (u32 i = 0; i < 3; i++) {
        u64 v = stats.load[i] + 1024 / 100;

        text_printf(out, "%lu.%02lu ", v >> 11, ((v & 2047) * 100) >> 11);
    }
    while ((t = task_next_process(ns, &number))) {
        threads += t->group->thread_count;
        task_put(t);
        number++;
    }
    text_printf(out, "%u/%u %u\n", max(stats.running, 1u), threads,
                ns->last_pid);
    return 0;
}

static int show_version(struct caller *who, struct inode *inode,
                        struct text *out)
{
    (void)who;
    (void)inode;
    text_printf(out, "Linux version %s (hako) (" __VERSION__ ") %s\n",
                kernel_release, kernel_version);
    return 0;
}

static void put_type(void *ctx, struct file_system_type *type)
{
    if (!(type->flags & FST_INTERNAL))
        text_printf(ctx, "%s\t%s\n",
                    type->flags & FST_NEEDS_DEVICE ? "" : "nodev", type->name);
}

static int show_filesystems(struct caller *who, struct inode *inode,
                            struct text *out)
{
    (void)who;
    (void)inode;
    file_system_for_each(put_type, out);
    return 0;
}

/* /proc/devices: each major once. */
struct devices_text {
    struct text *out;
    enum device_kind kind;
    u32 last;
};

static void put_device(void *ctx, struct device *d)
{
    struct devices_text *t = ctx;

    if (d->kind != t->kind || d->major == t->last)
        return;
    t->last = d->major;
    text_printf(t->out, "%3u %s\n", d->major, d->name);
}

static int show_devices(struct caller *who, struct inode *inode,
                        struct text *out)
{
    struct devices_text t = {out, DEVICE_CHARACTER, ~0u};

    (void)who;
    (void)inode;
    text_puts(out, "Character devices:\n");
    device_for_each(put_device, &t);
    text_puts(out, "\nBlock devices:\n");
    t.kind = DEVICE_BLOCK;
    t.last = ~0u;
    device_for_each(put_device, &t);
    return 0;
}

static int show_cmdline(struct caller *who, struct inode *inode,
                        struct text *out)
{
    (void)who;
    (void)inode;
    text_printf(out, "%s\n", boot_info()->command_line);
    return 0;
}

static void put_irq(void *ctx, u32 irq, const struct irq_action *a)
{
    struct text *out = ctx;

    text_printf(out, "%4u: %10lu", irq, a->count);
    for (u32 cpu = 1; cpu < cpu_count(); cpu++)
        text_printf(out, " %10u", 0);
    text_printf(out, "   %s\n", a->name ? a->name : "");
}

static void put_local(struct text *out, const char *name, enum irq_local kind,
                      const char *what)
{
    text_printf(out, "%4s:", name);
    for_each_online_cpu (cpu)
        text_printf(out, " %10lu", irq_local_count(cpu, kind));
    text_printf(out, "   %s\n", what);
}

static int show_interrupts(struct caller *who, struct inode *inode,
                           struct text *out)
{
    (void)who;
    (void)inode;
    text_puts(out, "           ");
    for_each_online_cpu (cpu)
        text_printf(out, "CPU%-8u", cpu);
    text_putc(out, '\n');
    irq_for_each(put_irq, out);
    put_local(out, "LOC", IRQ_LOCAL_TIMER, "Local timer interrupts");
    put_local(out, "RES", IRQ_LOCAL_RESCHED, "Rescheduling interrupts");
    put_local(out, "CAL", IRQ_LOCAL_CALL, "Function call interrupts");
    return 0;
}

static void put_console(void *ctx, const char *name, u32 major, u32 minor,
                        bool preferred)
{
    /* Reads through its terminal only, hence no R; it writes. */
    text_printf(ctx, "%-20s -W- (E%c p a) %4u:%u\n", name,
                preferred ? 'C' : ' ', major, minor);
}

static int show_consoles(struct caller *who, struct inode *inode,
                         struct text *out)
{
    (void)who;
    (void)inode;
    tty_console_for_each(put_console, out);
    return 0;
}

static int show_vmstat(struct caller *who, struct inode *inode,
                       struct text *out)
{
    struct vm_memory_info i;

    (void)who;
    (void)inode;
    vm_memory_info(&i);
    text_printf(out,
                "nr_free_pages %lu\nnr_mlock %lu\nnr_anon_pages %lu\n"
                "nr_mapped %lu\nnr_file_pages %lu\nnr_dirty %lu\n"
                "nr_writeback %lu\nnr_shmem %lu\nnr_page_table_pages %lu\n",
                i.free, i.locked, i.anon, i.mapped, i.cached, i.dirty,
                i.writeback, i.shmem, i.page_tables);
    text_printf(out, "pgfault %lu\npgmajfault %lu\noom_kill %lu\n",
                vm_event_total(VM_FAULTS), vm_event_total(VM_MAJOR_FAULTS),
                vm_event_total(VM_OOM_KILLS));
    return 0;
}

static int show_swaps(struct caller *who, struct inode *inode, struct text *out)
{
    (void)who;
    (void)inode;
    text_puts(out, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    return 0;
}

static int show_partitions(struct caller *who, struct inode *inode,
                           struct text *out)
{
    (void)who;
    (void)inode;
    text_puts(out, "major minor  #blocks  name\n\n");
    return 0;
}

static int show_nothing(struct caller *who, struct inode *inode,
                        struct text *out)
{
    (void)who;
    (void)inode;
    (void)out;
    return 0;
}

static void put_slab(void *ctx, const char *name, size_t size, u64 used,
                     u64 total)
{
    text_printf(ctx,
                "%-17s %6lu %6lu %6lu %4lu %4d : tunables    0    0    0 : "
                "slabdata %6lu %6lu      0\n",
                name, used, total, size, size ? PAGE_SIZE / size : 0UL, 1, 0UL,
                0UL);
}

static int show_locks(struct caller *who, struct inode *inode, struct text *out)
{
    (void)who;
    (void)inode;
    file_locks_show(out);
    return 0;
}

static int show_cgroups(struct caller *who, struct inode *inode,
                        struct text *out)
{
    (void)who;
    (void)inode;
    text_puts(out, "#subsys_name\thierarchy\tnum_cgroups\tenabled\n");
    return 0;
}

static int show_slabinfo(struct caller *who, struct inode *inode,
                         struct text *out)
{
    (void)who;
    (void)inode;
    text_puts(out,
              "slabinfo - version: 2.1\n"
              "# name            <active_objs> <num_objs> <objsize> "
              "<objperslab> <pagesperslab> : tunables <limit> <batchcount> "
              "<sharedfactor> : slabdata <active_slabs> <num_slabs> "
              "<sharedavail>\n");
    slab_for_each(put_slab, out);
    return 0;
}

/* Minor numbers and names of character devices with major number 10. */
static void put_misc(void *ctx, struct device *d)
{
    if (d->kind == DEVICE_CHARACTER && d->major == 10 && d->node)
        text_printf(ctx, "%3u %s\n", d->minor, d->node);
}

static int show_misc(struct caller *who, struct inode *inode, struct text *out)
{
    (void)who;
    (void)inode;
    if (text_reserve(out, PAGE_SIZE))
        device_for_each(put_misc, out);
    return 0;
}

PROC_FILE(misc_file, show_misc);
PROC_FILE(meminfo_file, show_meminfo);
PROC_FILE(cpuinfo_file, show_cpuinfo);
PROC_FILE(stat_file, show_stat);
PROC_FILE(uptime_file, show_uptime);
PROC_FILE(loadavg_file, show_loadavg);
PROC_FILE(version_file, show_version);
PROC_FILE(filesystems_file, show_filesystems);
PROC_FILE(devices_file, show_devices);
PROC_FILE(cmdline_file, show_cmdline);
PROC_FILE(interrupts_file, show_interrupts);
PROC_FILE(consoles_file, show_consoles);
PROC_FILE(vmstat_file, show_vmstat);
PROC_FILE(swaps_file, show_swaps);
PROC_FILE(partitions_file, show_partitions);
PROC_FILE(nothing_file, show_nothing);
PROC_FILE(slabinfo_file, show_slabinfo);
PROC_FILE(locks_file, show_locks);
PROC_FILE(cgroups_file, show_cgroups);

static int proc_system_init(void)
{
    static const struct {
        const char *name;
        u32 mode;
        const struct pseudo_file_ops *ops;
    } files[] = {
        {"cgroups", 0444, &cgroups_file},
        {"cmdline", 0444, &cmdline_file},
        {"cpuinfo", 0444, &cpuinfo_file},
        {"devices", 0444, &devices_file},
        {"diskstats", 0444, &nothing_file},
        {"filesystems", 0444, &filesystems_file},
        {"interrupts", 0444, &interrupts_file},
        {"consoles", 0444, &consoles_file},
        {"key-users", 0444, &nothing_file}, /* nobody has keys */
        {"loadavg", 0444, &loadavg_file},
        {"locks", 0444, &locks_file},
        {"meminfo", 0444, &meminfo_file},
        {"misc", 0444, &misc_file},
        {"modules", 0444, &nothing_file}, /* none can be loaded */
        {"partitions", 0444, &partitions_file},
        {"slabinfo", 0400, &slabinfo_file},
        {"stat", 0444, &stat_file},
        {"swaps", 0444, &swaps_file},
        {"uptime", 0444, &uptime_file},
        {"version", 0444, &version_file},
        {"vmstat", 0444, &vmstat_file},
    };
    int error = 0;

    for (u32 i = 0; i < ARRAY_SIZE(files) && !error; i++)
        error = proc_add_file(files[i].name, files[i].mode, files[i].ops, NULL);
    return error;
}
INITCALL(fs, proc_system_init);
