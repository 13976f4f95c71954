/* Orderly ends of the machine. */
#include "core/cpu.h"
#include "core/init.h"
#include "core/log.h"
#include "core/lock.h"

static LIST_HEAD(hooks); /* shutdown_lock */
static mutex_t shutdown_lock = MUTEX_INIT(shutdown_lock, "shutdown");

void shutdown_hook_register(struct shutdown_hook *hook)
{
    mutex_lock(&shutdown_lock);
    list_add(&hook->link, &hooks);
    mutex_unlock(&shutdown_lock);
}

static void run_hooks(void)
{
    mutex_lock(&shutdown_lock);
    while (!list_empty(&hooks)) {
        struct shutdown_hook *h =
            list_first_entry(&hooks, struct shutdown_hook, link);

        list_del(&h->link);
        h->fn(h);
    }
    mutex_unlock(&shutdown_lock);
}

void machine_power_off(void)
{
    run_hooks();
    log_notice("power off\n");
    arch_power_off();
    log_err("the machine cannot be switched off: halted\n");
    arch_halt();
}

void machine_reboot(void)
{
    run_hooks();
    log_notice("reboot\n");
    arch_reboot();
    log_err("the machine cannot be reset: halted\n");
    arch_halt();
}

void machine_halt(void)
{
    run_hooks();
    log_notice("halted\n");
    arch_irq_disable();
    arch_halt();
}
