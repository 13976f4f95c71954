/*
 * The counter (TSC): its frequency, from the CPU or hypervisor if they tell,
 * else measured for two milliseconds; the APIC timer's; the wall clock.
 */
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "lib/math64.h"

#define PM_TIMER_HZ 3579545
#define PIT_HZ      1193182
#define PIT_CHANNEL 0x42
#define PIT_COMMAND 0x43
#define PIT_GATE    0x61

#define HPET_CAPABILITIES 0x00
#define HPET_CONFIG       0x10
#define HPET_COUNTER      0xf0

#define MEASURE_US 2000

static u64 counter_hz;

/* A clock of known frequency that counts up modulo mask + 1. */
struct reference {
    u64 (*read)(void);
    u64 mask, hz;
};

static u64 read_apic(void)
{
    return x86_apic_timer_elapsed();
}

static u64 read_pm(void)
{
    return arch_port_in32(x86_platform.pm_timer_port) & 0xffffff;
}

static u8 *hpet;

static u64 read_hpet(void)
{
    return arch_mmio_read32(hpet + HPET_COUNTER);
}

static u64 read_pit(void)
{
    arch_port_out8(PIT_COMMAND, 0x80); /* latch channel 2 */
    u32 low = arch_port_in8(PIT_CHANNEL);
    u32 high = arch_port_in8(PIT_CHANNEL);
    return 0xffff - (low | high << 8);
}

static void start_pit(void)
{
    arch_port_out8(PIT_GATE, (arch_port_in8(PIT_GATE) & 0xfd) | 1);
    arch_port_out8(PIT_COMMAND, 0xb4); /* channel 2, rate generator */
    arch_port_out8(PIT_CHANNEL, 0xff);
    arch_port_out8(PIT_CHANNEL, 0xff);
}

static bool moves(const struct reference *r)
{
    u64 start = r->read();
    for (unsigned i = 0; i < 10000; i++)
        if (r->read() != start)
            return true;
    return false;
}

/* What can be measured against, best first; false: nothing. */
static bool find_reference(struct reference *r)
{
    if (x86_hypervisor == ON_TCG || x86_hypervisor == ON_KVM) {
        /* Both emulate the APIC timer at exactly 1 GHz. */
        *r = (struct reference){read_apic, ~0u, 1000000000 / 16};
        x86_apic_timer_run();
        return true;
    }
    if (x86_platform.hpet && (hpet = x86_map_device(x86_platform.hpet, 1024))) {
        u32 femtoseconds = arch_mmio_read64(hpet + HPET_CAPABILITIES) >> 32;
        arch_mmio_write64(hpet + HPET_CONFIG,
                          arch_mmio_read64(hpet + HPET_CONFIG) | 1);
        if (femtoseconds) {
            *r = (struct reference){read_hpet, ~0u,
                                    1000000000000000UL / femtoseconds};
            if (moves(r))
                return true;
        }
    }
    if (x86_platform.pm_timer_port) {
        *r = (struct reference){read_pm, 0xffffff, PM_TIMER_HZ};
        if (moves(r))
            return true;
    }
    start_pit();
    *r = (struct reference){read_pit, 0xffff, PIT_HZ};
    return moves(r);
}

struct sample {
    u64 counter, reference, apic;
};

/* Both clocks at one moment: the reading that was interrupted least. */
static struct sample take_sample(const struct reference *r)
{
    struct sample best = {0};
    u64 best_width = ~0UL;
    for (unsigned i = 0; i < 8; i++) {
        u64 before = arch_counter();
        u64 v = r->read();
        u64 after = arch_counter();
        if (after - before < best_width) {
            best_width = after - before;
            best.counter = before + (after - before) / 2;
            best.reference = v;
            best.apic = x86_apic_timer_elapsed();
        }
    }
    return best;
}

static void measure(bool need_counter, bool need_apic)
{
    struct reference r;
    if (!find_reference(&r))
        arch_upcalls.die("nothing to measure the clock with", NULL);
    x86_apic_timer_run();
    struct sample a = take_sample(&r), b;
    u64 ticks = r.hz * MEASURE_US / 1000000;
    while (((r.read() - a.reference) & r.mask) < ticks)
        arch_cpu_relax();
    b = take_sample(&r);
    u64 elapsed = (b.reference - a.reference) & r.mask;
    if (need_counter)
        counter_hz = (b.counter - a.counter) * r.hz / elapsed;
    if (need_apic)
        x86_apic_timer_hz = (b.apic - a.apic) * 16 * r.hz / elapsed;
    x86_apic_timer_stop();
}

/* KVM publishes how to make nanoseconds of the TSC. */
static u64 kvm_counter_hz(void)
{
    static struct {
        u32 version, pad;
        u64 tsc, system_time;
        u32 multiplier;
        s8 shift;
        u8 flags, pad2[2];
    } __packed __aligned(64) clock;
    struct cpuid base = cpuid_count(0x40000000, 0);
    if (base.a < 0x40000001 || !(cpuid_count(0x40000001, 0).a & BIT(3)))
        return 0;
    wrmsr(MSR_KVM_SYSTEM_TIME, arch_virt_to_phys(&clock) | 1);
    u64 hz = 0;
    if (READ_ONCE(clock.multiplier)) {
        hz = (1000000000UL << 32) / clock.multiplier;
        hz = clock.shift < 0 ? hz << -clock.shift : hz >> clock.shift;
    }
    wrmsr(MSR_KVM_SYSTEM_TIME, 0);
    return hz;
}

static void ask_cpu(void)
{
    struct cpuid r = cpuid(0x15);
    if (r.a && r.b && r.c) {
        counter_hz = (u64)r.c * r.b / r.a;
        x86_apic_timer_hz = r.c;
    }
    if (!x86_has(FEATURE_HYPERVISOR))
        return;
    if (cpuid_count(0x40000000, 0).a >= 0x40000010) {
        r = cpuid_count(0x40000010, 0);
        counter_hz = r.a * 1000UL;
        x86_apic_timer_hz = r.b * 1000UL;
    }
    if (x86_hypervisor == ON_KVM && !counter_hz)
        counter_hz = kvm_counter_hz();
    if (x86_hypervisor == ON_KVM || x86_hypervisor == ON_TCG)
        x86_apic_timer_hz = 1000000000;
}

void x86_time_init(void)
{
    ask_cpu();
    bool need_apic = !x86_apic_timer_hz && !x86_has(FEATURE_TSC_DEADLINE);
    if (!counter_hz || need_apic)
        measure(!counter_hz, need_apic);
}

u64 arch_counter_hz(void)
{
    return counter_hz;
}

bool arch_counter_user_readable(void)
{
    return true;
}

/* -------------------------------------------------------------- wall clock */

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

static u8 cmos(u8 reg)
{
    arch_port_out8(CMOS_INDEX, reg); /* bit 7 would hold NMIs back */
    return arch_port_in8(CMOS_DATA);
}

static u32 decode(u8 v, bool binary)
{
    return binary ? v : (v >> 4) * 10u + (v & 15);
}

struct rtc_time {
    u8 second, minute, hour, day, month, year;
};

static bool read_rtc(struct rtc_time *t)
{
    for (unsigned i = 0; i < 10000 && cmos(10) & 0x80; i++)
        arch_cpu_relax();
    *t =
        (struct rtc_time){cmos(0), cmos(2), cmos(4), cmos(7), cmos(8), cmos(9)};
    return t->month != 0xff && t->month;
}

static bool same_time(const struct rtc_time *a, const struct rtc_time *b)
{
    return a->second == b->second && a->minute == b->minute &&
           a->hour == b->hour && a->day == b->day && a->month == b->month &&
           a->year == b->year;
}

s64 arch_wallclock_seconds(void)
{
    struct rtc_time t, again;
    for (unsigned i = 0;; i++) {
        if (!read_rtc(&t) || !read_rtc(&again) || i == 4)
            return 0;
        if (same_time(&t, &again))
            break;
    }
    u8 status = cmos(11);
    bool binary = status & 4;
    u32 hour = decode(t.hour & 0x7f, binary);
    if (!(status & 2)) /* twelve hours, bit 7: after noon */
        hour = hour % 12 + (t.hour & 0x80 ? 12 : 0);
    s64 year = 2000 + decode(t.year, binary), month = decode(t.month, binary);
    s64 day = decode(t.day, binary);
    /* Days from the civil date, with years that begin in March. */
    year -= month <= 2;
    s64 day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    s64 days =
        year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
    return ((days * 24 + hour) * 60 + decode(t.minute, binary)) * 60 +
           decode(t.second, binary);
}
