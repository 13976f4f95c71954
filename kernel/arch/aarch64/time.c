/*
 * The generic timer's virtual counter and timer, and a PL031 clock.
 */
#include "arch/aarch64/boot/boot.h"
#include "arch/aarch64/boot/platform.h"
#include "arch/aarch64/cpufeature.h"
#include "arch/aarch64/gic.h"
#include "arch/aarch64/trap.h"

#define CTL_ENABLE 1
#define CTL_IMASK  2

/* CNTKCTL_EL1 */
#define EL0VCTEN    (1 << 1)
#define EVNTEN      (1 << 2)
#define EVNTI_SHIFT 4
#define EVENT_HZ    10000

static volatile char *rtc;

u64 arch_counter_hz(void)
{
    u64 hz = platform.timer_hz ? platform.timer_hz : read_sysreg(cntfrq_el0);

    return hz ? hz : 62500000;
}

/* The virtual counter is user mode's too; WFE wakes up 10000 times a second,
 * which HWCAP_EVTSTRM promises. */
void timer_cpu_init(void)
{
    u64 divider = arch_counter_hz() / EVENT_HZ;
    u32 bit = divider > 1 ? 63 - (u32)__builtin_clzl(divider) : 0;

    if (bit > 15)
        bit = 15;
    write_sysreg(EL0VCTEN | EVNTEN | bit << EVNTI_SHIFT, cntkctl_el1);
    write_sysreg(0, cntv_ctl_el0);
    isb();
    gic_enable_private(platform.timer_irq);
}

void arch_timer_program(u64 counter)
{
    if (counter == ~0UL) {
        write_sysreg(0, cntv_ctl_el0);
    } else {
        write_sysreg(counter, cntv_cval_el0);
        write_sysreg(CTL_ENABLE, cntv_ctl_el0);
    }
    isb();
}

/* The line is level-triggered: silence it; core programs the next event. */
void timer_interrupt(void)
{
    write_sysreg(CTL_ENABLE | CTL_IMASK, cntv_ctl_el0);
    isb();
    arch_upcalls.timer();
}

bool arch_counter_user_readable(void)
{
    return true;
}

void rtc_map(void)
{
    if (platform.rtc)
        rtc = boot_map_device(platform.rtc, PAGE_SIZE);
}

s64 arch_wallclock_seconds(void)
{
    return rtc ? arch_mmio_read32(rtc) : 0;
}

u64 arch_random(bool *ok)
{
    u64 value = 0, failed = 1;

    /* RNDR sets Z when it had none in time. */
    if (cpu_features.random)
        __asm__ volatile("mrs %0, " __stringify(SYS_RNDR) "\n"
                                                          "cset %1, eq"
                         : "=r"(value), "=r"(failed)::"cc");
    *ok = !failed;
    return value;
}
