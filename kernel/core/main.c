/* From the port's kernel_start() to the first user program. */
#include "core/account.h"
#include "core/init.h"
#include "core/kasan.h"
#include "core/irq.h"
#include "core/log.h"
#include "core/object.h"
#include "core/page.h"
#include "core/panic.h"
#include "core/random.h"
#include "core/rcu.h"
#include "core/sched.h"
#include "core/selftest.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/refcount.h"
#include "lib/string.h"

static const struct boot_info *the_boot_info;
static void (*start_user_space)(void);

const struct boot_info *boot_info(void)
{
    return the_boot_info;
}

void start_user_space_register(void (*fn)(void))
{
    start_user_space = fn;
}

/* ---------------------------------------------------- what the port wants */

static void *port_alloc(size_t size)
{
    return kmalloc(round_up(size, (size_t)CACHE_LINE),
                   ALLOC_ZERO | (preemptible() ? 0 : ALLOC_ATOMIC));
}

static void port_free(void *p, size_t size)
{
    (void)size;
    kfree(p);
}

static paddr_t port_alloc_page(void)
{
    struct page *p =
        page_alloc(0, ALLOC_ZERO | (preemptible() ? 0 : ALLOC_ATOMIC));

    if (!p)
        return 0;
    page_set(p, PAGE_TABLE);
    page_count(PAGES_TABLES, 1);
    return page_to_pfn(p) << PAGE_SHIFT;
}

static void port_free_page(paddr_t page)
{
    page_count(PAGES_TABLES, -1);
    page_put(pfn_to_page(page >> PAGE_SHIFT));
}

static void up_irq_enter(bool from_user)
{
    arch_current()->preempt_count += PREEMPT_IRQ;
    barrier();
    rcu_irq_enter();
    (void)from_user;
}

static void up_irq_exit(bool from_user)
{
    (void)from_user;
    rcu_irq_exit();
    barrier();
    arch_current()->preempt_count -= PREEMPT_IRQ;
}

static void up_ipi(enum arch_ipi kind)
{
    switch (kind) {
    case IPI_RESCHED:
        irq_count_local(IRQ_LOCAL_RESCHED);
        sched_ipi();
        break;
    case IPI_CALL:
        irq_count_local(IRQ_LOCAL_CALL);
        cpu_call_handle();
        break;
    case IPI_STOP:
        panic_stop_this_cpu();
    case IPI_KINDS:
        break;
    }
}

static void up_timer(void)
{
    irq_count_local(IRQ_LOCAL_TIMER);
    time_interrupt();
}

static void fill_in_tables(void)
{
    arch_alloc = (struct arch_alloc){
        .alloc = port_alloc,
        .free = port_free,
        .alloc_page = port_alloc_page,
        .free_page = port_free_page,
    };
    arch_upcalls.irq = irq_dispatch;
    arch_upcalls.timer = up_timer;
    arch_upcalls.ipi = up_ipi;
    arch_upcalls.irq_enter = up_irq_enter;
    arch_upcalls.irq_exit = up_irq_exit;
    arch_upcalls.preempt = sched_preempt_irq;
}

static void refcount_reported(refcount_t *r, enum refcount_fault what)
{
    static const char *const names[] = {
        [REFCOUNT_OVERFLOW] = "too many references",
        [REFCOUNT_FROM_ZERO] = "reference taken of what is being freed",
        [REFCOUNT_UNDERFLOW] = "more references dropped than taken",
    };

#ifdef CONFIG_DEBUG
    panic("refcount %p: %s\n", (void *)r, names[what]);
#else
    log_err("refcount %p: %s\n", (void *)r, names[what]);
#endif
}

static int symbol_print(char *buffer, size_t size, const void *address)
{
    if (!arch_is_kernel_text((u64)address))
        return 0;
    arch_symbol_name((u64)address, buffer, size);
    return (int)strlen(buffer);
}

/* ----------------------------------------------------------- the two starts */

static void run_initcalls(void)
{
    for (const struct initcall *i = __initcalls_start; i < __initcalls_end;
         i++) {
        int error = i->fn();

        if (error < 0)
            log_err("init: %s: error %d\n", i->name, error);
        lockdep_check_none_held(i->name);
    }
}

static void free_boot_memory(void)
{
    const struct boot_info *info = the_boot_info;

    for (u32 i = 0; i < info->region_count; i++)
        if (info->regions[i].kind == BOOT_INIT)
            boot_memory_free(info->regions[i].start, info->regions[i].size);
}

/* The first kernel thread. */
static void first_thread(void *arg)
{
    (void)arg;
    rcu_init();
    work_init_threads();
    time_init_late();
    cpu_bring_up_all();
    run_initcalls();
    arch_seal_kernel();
    free_boot_memory();
    log_info("init: %lu KiB of %lu KiB free after %lu us\n",
             page_free_count() * (PAGE_SIZE / 1024),
             page_total_count() * (PAGE_SIZE / 1024),
             time_monotonic() / NS_PER_USEC);
    selftest_run();
    if (!start_user_space)
        panic("nothing to run: no user space was registered\n");
    start_user_space();
}

void kernel_start(struct boot_info *info)
{
    the_boot_info = info;
    time_early_init(info);
    sched_adopt_boot_thread();
    arch_upcalls.die = die;
    refcount_report = refcount_reported;
    printf_symbol = symbol_print;
    boot_options_init();
    log_info("Hako on %s (%s), %u CPUs: %s\n", arch_machine_name(),
             info->machine ? info->machine : "?", info->cpu_count,
             info->command_line);
    page_init(info);
    fill_in_tables();
    cpu_init(info);
    kasan_init(info);
    slab_init();
    vmap_init();
    page_lock_init();
    lockdep_init();
    cpu_call_init();
    log_init();
    account_init();
    object_init_caches();
    time_init(info);
    arch_cpu_init(0);
    irq_init();
    random_init(info);
    if (IS_ERR(kthread_create(first_thread, NULL, "init")))
        panic("no memory for the first thread\n");
    sched_idle();
}

void kernel_start_secondary(u32 cpu)
{
    arch_cpu_init(cpu);
    sched_clock();
    cpumask_set(&cpus_online, cpu);
    sched_idle();
}
