#include "core_env.h"
#include "core/account.h"
#include "core/fault_inject.h"
#include "core/init.h"
#include "core/log.h"
#include "core/page.h"
#include "core/rcu.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/wait.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

unsigned char *host_memory;
static struct thread host_thread;
struct thread_head *host_current = &host_thread.head;
struct cpumask cpus_present, cpus_online;
u32 cpu_number = 1;
static unsigned long no_offset[1];
unsigned long *percpu_offset = no_offset;

static struct boot_info info;

static void region(enum boot_region_kind kind, u64 start, u64 size)
{
    info.regions[info.region_count++] =
        (struct boot_region){.start = start, .size = size, .kind = kind};
}

void env_start(void)
{
    if (host_memory)
        return;
    host_memory = mmap(NULL, ENV_MEMORY, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (host_memory == MAP_FAILED)
        abort();
    cpumask_set(&cpus_present, 0);
    cpumask_set(&cpus_online, 0);
    /* As a PC has it: holes, odd ends, and things in the way. */
    region(BOOT_RAM, 0x1000, 0x9e000);
    region(BOOT_RAM, 0x100000, (150UL << 20) - 0x100000);
    region(BOOT_RAM, 200UL << 20, 100UL << 20);
    region(BOOT_RAM, 301UL << 20, 0x13000);
    region(BOOT_RESERVED, 0x90000, 0x1234);
    region(BOOT_KERNEL, 0x200000, 0x180000);
    region(BOOT_INITRD, (140UL << 20) + 123, 4567890);
    region(BOOT_ACPI, (210UL << 20) + 1, 1);
    region(BOOT_INIT, 0x100000, 0x2000);
    page_init(&info);
    slab_init();
}

const struct boot_info *boot_info(void)
{
    return &info;
}

bool env_is_free_ram(u64 pa, u64 size)
{
    bool inside = false;

    for (u32 i = 0; i < info.region_count; i++) {
        const struct boot_region *r = &info.regions[i];

        if (r->kind == BOOT_RAM) {
            if (pa >= r->start && pa + size <= r->start + r->size)
                inside = true;
        } else if (pa < r->start + r->size && r->start < pa + size) {
            return false;
        }
    }
    return inside;
}

u64 env_free_ram_pages(void)
{
    u64 n = 0;

    for (u64 pa = 0; pa < ENV_MEMORY; pa += PAGE_SIZE)
        n += env_is_free_ram(pa, PAGE_SIZE);
    return n;
}

/* --------------------------------------------------------- the rest of core */

static unsigned fail_at;

void env_fail_allocation(unsigned n)
{
    fail_at = n;
}

bool fault_inject_should_fail(u32 alloc_flags)
{
    if (alloc_flags & ALLOC_NOFAIL || !fail_at)
        return false;
    return --fail_at == 0;
}

void panic(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (vfprintf)(stderr, format, args);
    va_end(args);
    abort();
}

void log_print(enum log_level level, const char *format, ...)
{
    (void)level;
    (void)format;
}

void raw_spin_wait(spinlock_t *l)
{
    (void)l;
    panic("a spinlock is taken twice\n");
}

void spin_init(spinlock_t *l, const char *name)
{
    (void)name;
    l->value = 0;
}

void preempt_schedule(void)
{
}

u32 cpumask_next(const struct cpumask *m, u32 from)
{
    return from == 0 && m->bits[0] & 1 ? 0 : MAX_CPUS;
}

void account_uncharge_page(struct page *p)
{
    p->charge = 0;
}

int arch_direct_map_add(paddr_t start, u64 size)
{
    (void)start;
    (void)size;
    return 0;
}

void time_sleep(u64 ns)
{
    (void)ns;
    panic("would sleep\n");
}

void *kvmalloc(size_t size, u32 flags)
{
    /* The kernel would map single pages. */
    if (size > PAGE_SIZE << MAX_ORDER)
        return calloc(1, size);
    return kmalloc(size, flags);
}

void kvfree(const void *p)
{
    if ((const unsigned char *)p >= host_memory &&
        (const unsigned char *)p < host_memory + ENV_MEMORY)
        kfree(p);
    else
        free((void *)p);
}

static struct rcu_head *rcu_queue;

void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *))
{
    head->function = function;
    head->next = rcu_queue;
    rcu_queue = head;
}

unsigned env_run_rcu(void)
{
    unsigned n = 0;

    while (rcu_queue) {
        struct rcu_head *h = rcu_queue;

        rcu_queue = h->next;
        h->function(h);
        n++;
    }
    return n;
}

void wait_queue_wake(struct wait_queue *q, u32 key, unsigned exclusive)
{
    (void)q;
    (void)key;
    (void)exclusive;
}

void wait_prepare_first(struct wait_queue *q, struct wait_entry *e,
                        enum wait_mode mode, bool exclusive)
{
    (void)q;
    (void)e;
    (void)mode;
    (void)exclusive;
    panic("would sleep\n");
}

void wait_prepare(struct wait_queue *q, struct wait_entry *e,
                  enum wait_mode mode, bool exclusive)
{
    wait_prepare_first(q, e, mode, exclusive);
}

int wait_sleep(enum wait_mode mode, u64 deadline)
{
    (void)mode;
    (void)deadline;
    panic("would sleep\n");
}

void wait_finish(struct wait_queue *q, struct wait_entry *e)
{
    (void)q;
    (void)e;
}
