#include "core/cpu.h"

#include "core/init.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/page.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/string.h"

static unsigned long boot_cpu_offset; /* CPU 0's variables are the image's */
unsigned long *percpu_offset = &boot_cpu_offset;
u32 cpu_number = 1;
struct cpumask cpus_present, cpus_online;

u32 cpumask_next(const struct cpumask *m, u32 from)
{
    for (u32 word = from / 64; word < MAX_CPUS / 64; word++) {
        u64 bits = READ_ONCE(m->bits[word]);

        if (word == from / 64)
            bits &= ~0UL << (from % 64);
        if (bits)
            return word * 64 + __ffs(bits);
    }
    return MAX_CPUS;
}

u32 cpumask_weight(const struct cpumask *m)
{
    u32 n = 0;

    for (u32 word = 0; word < MAX_CPUS / 64; word++)
        n += hweight64(m->bits[word]);
    return n;
}

static unsigned order_of(size_t size)
{
    unsigned order = 0;

    while ((PAGE_SIZE << order) < size)
        order++;
    return order;
}

/* One block of pages holds the table of offsets and the areas of all CPUs but
 * the first. */
void cpu_init(const struct boot_info *info)
{
    u32 wanted = clamp(info->cpu_count, 1u, (u32)MAX_CPUS);
    u64 limit = boot_option_u64("maxcpus", wanted);
    size_t area =
        round_up((size_t)(__percpu_end - __percpu_start), (size_t)CACHE_LINE);
    size_t table;
    char *block;

    if (boot_option_bool("nosmp", false))
        limit = 1;
    if (limit && limit < wanted)
        wanted = (u32)limit;
    table = round_up(wanted * sizeof(percpu_offset[0]), (size_t)CACHE_LINE);
    block = page_alloc_kernel(order_of(table + area * (wanted - 1)),
                              ALLOC_ZERO | ALLOC_NOFAIL);
    percpu_offset = (unsigned long *)block;
    percpu_offset[0] = boot_cpu_offset;
    for (u32 cpu = 1; cpu < wanted; cpu++)
        percpu_offset[cpu] = (unsigned long)block + table + area * (cpu - 1) -
                             (unsigned long)__percpu_start;
    for (u32 cpu = 0; cpu < wanted; cpu++)
        cpumask_set(&cpus_present, cpu);
    cpumask_set(&cpus_online, 0);
    cpu_number = wanted;
}

void cpu_bring_up_all(void)
{
    for (u32 cpu = 1; cpu < cpu_number; cpu++) {
        int error = sched_init_cpu(cpu);

        if (!error)
            error = arch_cpu_start(cpu, &sched_idle_thread(cpu)->head,
                                   percpu_offset[cpu]);
        if (error) {
            log_err("cpu %u does not start: error %d\n", cpu, error);
            continue;
        }
        for (u32 i = 0; i < 10000 && !cpumask_test(&cpus_online, cpu); i++)
            udelay(100);
        if (!cpumask_test(&cpus_online, cpu))
            log_err("cpu %u does not answer\n", cpu);
    }
    log_info("cpu: %u of %u online\n", cpumask_weight(&cpus_online),
             cpu_number);
}

/* --------------------------------------------------------- calls elsewhere */

/*
 * A caller's request stays on its stack until every CPU of the mask has run it.
 * Each CPU has a lockless stack of links to requests: the sender has one link
 * per target in `links`.
 */
struct call_request {
    void (*fn)(void *);
    void *arg;
    atomic_t left; /* CPUs that have not run it */
};
struct call_link {
    struct call_link *next;
    struct call_request *request;
    bool busy; /* sender's: still on some CPU's list */
};
static DEFINE_PER_CPU(struct call_link *, call_queue);
static DEFINE_PER_CPU(struct call_link *, call_links); /* [cpu_number] */

void cpu_call_handle(void)
{
    struct call_link *link = xchg(&this_cpu(call_queue), NULL);

    while (link) {
        struct call_link *next = link->next;
        struct call_request *request = link->request;

        /* From here on the sender may use the link again. */
        smp_store_release(&link->busy, false);
        request->fn(request->arg);
        __atomic_fetch_sub(&request->left.counter, 1, __ATOMIC_RELEASE);
        link = next;
    }
}

static void call_post(u32 cpu, struct call_link *link,
                      struct call_request *request)
{
    struct call_link *old;

    link->request = request;
    WRITE_ONCE(link->busy, true);
    old = READ_ONCE(per_cpu(call_queue, cpu));
    do
        link->next = old;
    while (!try_cmpxchg(&per_cpu(call_queue, cpu), &old, link));
    if (!old)
        arch_send_ipi(cpu, IPI_CALL);
}

void cpu_call(const struct cpumask *mask, void (*fn)(void *), void *arg)
{
    struct call_request request = {.fn = fn, .arg = arg};
    struct call_link *links;
    u32 self;

    preempt_disable();
    self = cpu_current();
    links = this_cpu(call_links);
    for_each_cpu (cpu, mask) {
        if (cpu == self || !cpumask_test(&cpus_online, cpu))
            continue;
        /* An earlier caller on this CPU waited for all of its links, so only
         * its release may still be on the way. */
        while (smp_load_acquire(&links[cpu].busy)) {
            if (!arch_irqs_enabled())
                cpu_call_handle();
            arch_cpu_relax();
        }
        atomic_inc(&request.left);
        call_post(cpu, &links[cpu], &request);
    }
    if (cpumask_test(mask, self)) {
        unsigned long flags = arch_irq_save();

        fn(arg);
        arch_irq_restore(flags);
    }
    while (atomic_load_acquire(&request.left)) {
        /* With interrupts off here two callers would wait for each other. */
        if (!arch_irqs_enabled())
            cpu_call_handle();
        arch_cpu_relax();
    }
    preempt_enable();
}

void cpu_call_init(void)
{
    if (cpu_number == 1)
        return;
    for (u32 cpu = 0; cpu < cpu_number; cpu++) {
        per_cpu(call_links, cpu) = kmalloc_array(
            cpu_number, sizeof(struct call_link), ALLOC_ZERO | ALLOC_NOFAIL);
        if (!per_cpu(call_links, cpu))
            panic("cpu: no memory for calls between CPUs\n");
    }
}
