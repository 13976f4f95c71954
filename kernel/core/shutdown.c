/* The ends of the machine. */
#include "core/cpu.h"
#include "core/init.h"
#include "core/log.h"

void machine_power_off(void)
{
    log_notice("power off\n");
    arch_power_off();
    log_err("the machine cannot be switched off: halted\n");
    arch_halt();
}

void machine_reboot(void)
{
    log_notice("reboot\n");
    arch_reboot();
    log_err("the machine cannot be reset: halted\n");
    arch_halt();
}

void machine_halt(void)
{
    log_notice("halted\n");
    arch_irq_disable();
    arch_halt();
}
