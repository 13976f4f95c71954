/*
 * The timekeeper. Readers take base plus counter difference under a sequence
 * count; writers hold time_lock. A timer moves the base forward before the
 * difference grows too large for the vDSO's 64-bit product.
 */
#include "core/time.h"

#include "core/init.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/page.h"
#include "core/timer_internal.h"
#include "core/vdso_data.h"
#include "core/wait.h"
#include "lib/errno.h"
#include "lib/math64.h"

/* The base moves this often; the product must hold for twice as long. */
#define REFRESH_SECONDS 300

/* Seconds that may be set: 64-bit ns hold 30 more years of running. */
#define REALTIME_LIMIT (S64_MAX / (s64)NS_PER_SEC - 30L * 365 * 24 * 3600)

static struct {
    seqcount_t seq;
    u64 counter; /* at the base */
    u64 mono;    /* ns at the base */
    u64 frac;    /* ns << shift, below 1 ns */
    s64 real;    /* realtime minus monotonic, ns */
    u64 boot;    /* boottime minus monotonic, ns */
    u32 mult, shift;
} keeper;
static spinlock_t time_lock = SPINLOCK_INIT("timekeeper"); /* irqs off */

/* Constant from time_early_init() on. */
static u64 clock_start;
static u32 clock_mult, clock_shift;
static u64 counts_per_ns; /* << 32, rounded up */

static s64 frequency; /* scaled ppm */
static s32 tai_offset = 0;
static s64 slew_left; /* adjtime: ns still to be added to realtime */
static s32 zone_west, zone_dst;
static struct vdso_data *vdso;
static struct page *vdso_page, *vdso_ask_page;
static struct timer refresh_timer;

struct wait_queue time_was_set = WAIT_QUEUE_INIT(time_was_set);

void time_early_init(const struct boot_info *info)
{
    u64 hz = arch_counter_hz();

    counts_per_ns = mul_u64_u64_div_u64_up(hz, 1UL << 32, NS_PER_SEC);
    clocks_calc_mult_shift(&clock_mult, &clock_shift, hz, NS_PER_SEC,
                           2 * REFRESH_SECONDS);
    clock_start = info->start_counter;
    keeper.counter = clock_start;
    keeper.mult = clock_mult;
    keeper.shift = clock_shift;
}

u64 sched_clock(void)
{
    u64 now = arch_counter();

    if (unlikely((s64)(now - clock_start) < 0))
        return 0;
    return mul_u64_u32_shr(now - clock_start, clock_mult, clock_shift);
}

/* ns since the base. A counter slightly behind another CPU's does not go back
 * before it. */
static inline u64 since_base(u64 now)
{
    u64 delta = now - keeper.counter;

    if (unlikely((s64)delta < 0))
        delta = 0;
    return (u64)(((unsigned __int128)delta * keeper.mult + keeper.frac) >>
                 keeper.shift);
}

u64 time_monotonic(void)
{
    u64 ns;
    u32 s;

    do {
        s = seq_begin(&keeper.seq);
        ns = keeper.mono + since_base(arch_counter());
    } while (seq_retry(&keeper.seq, s));
    return ns;
}

u64 time_boottime(void)
{
    u64 ns;
    u32 s;

    do {
        s = seq_begin(&keeper.seq);
        ns = keeper.mono + since_base(arch_counter()) + keeper.boot;
    } while (seq_retry(&keeper.seq, s));
    return ns;
}

s64 time_realtime(void)
{
    s64 ns;
    u32 s;

    do {
        s = seq_begin(&keeper.seq);
        ns = (s64)(keeper.mono + since_base(arch_counter())) + keeper.real;
    } while (seq_retry(&keeper.seq, s));
    return ns;
}

u64 time_raw(void)
{
    return sched_clock();
}

s64 time_tai(void)
{
    return time_realtime() + READ_ONCE(tai_offset) * (s64)NS_PER_SEC;
}

u64 time_coarse_resolution(void)
{
    return 4 * NS_PER_MSEC; /* what Linux says at 250 Hz */
}

/* Counts that `ns` take, rounded up. */
u64 time_ns_to_counts(u64 ns)
{
    return (u64)(((unsigned __int128)ns * counts_per_ns) >> 32) + 1;
}

void udelay(u64 microseconds)
{
    u64 end = arch_counter() + time_ns_to_counts(microseconds * NS_PER_USEC);

    while ((s64)(arch_counter() - end) < 0)
        arch_cpu_relax();
}

/* --------------------------------------------------------------- the vDSO */

static void vdso_clock(unsigned clock, s64 ns)
{
    s64 sec = ns / (s64)NS_PER_SEC, rest = ns % (s64)NS_PER_SEC;

    if (rest < 0) {
        rest += (s64)NS_PER_SEC;
        sec--;
    }
    vdso->time[clock].sec = sec;
    vdso->time[clock].frac = ((u64)rest << keeper.shift) + keeper.frac;
}

/* time_lock held. */
static void vdso_update(void)
{
    s64 mono = (s64)keeper.mono, real = mono + keeper.real;

    if (!vdso)
        return;
    WRITE_ONCE(vdso->sequence, vdso->sequence + 1);
    smp_wmb();
    vdso->counter_ok = arch_counter_user_readable();
    vdso->counter_base = keeper.counter;
    vdso->mult = keeper.mult;
    vdso->shift = keeper.shift;
    vdso_clock(VDSO_CLOCK_REALTIME, real);
    vdso_clock(VDSO_CLOCK_REALTIME_COARSE, real);
    vdso_clock(VDSO_CLOCK_MONOTONIC, mono);
    vdso_clock(VDSO_CLOCK_MONOTONIC_COARSE, mono);
    vdso_clock(VDSO_CLOCK_MONOTONIC_RAW, mono);
    vdso_clock(VDSO_CLOCK_BOOTTIME, mono + (s64)keeper.boot);
    vdso_clock(VDSO_CLOCK_TAI, real + tai_offset * (s64)NS_PER_SEC);
    vdso->coarse_resolution_ns = time_coarse_resolution();
    vdso->minutes_west = zone_west;
    vdso->dst_time = zone_dst;
    __atomic_store_n(&vdso->sequence, vdso->sequence + 1, __ATOMIC_RELEASE);
}

struct page *time_vdso_page(void)
{
    return vdso_page;
}

struct page *time_vdso_ask_page(void)
{
    return vdso_ask_page;
}

/* ---------------------------------------------------------------- changes */

/* time_lock held, inside seq_write: base := now. */
static void move_base(void)
{
    u64 now = arch_counter();
    unsigned __int128 sum;

    if ((s64)(now - keeper.counter) <= 0)
        return;
    sum = (unsigned __int128)(now - keeper.counter) * keeper.mult + keeper.frac;
    keeper.mono += (u64)(sum >> keeper.shift);
    keeper.frac = (u64)sum & ((1UL << keeper.shift) - 1);
    keeper.counter = now;
}

static unsigned long change_begin(void)
{
    unsigned long flags = spin_lock_irqsave(&time_lock);

    seq_write_begin(&keeper.seq);
    move_base();
    return flags;
}

static void change_end(unsigned long flags)
{
    seq_write_end(&keeper.seq);
    vdso_update();
    spin_unlock_irqrestore(&time_lock, flags);
}

int time_set_realtime(s64 ns)
{
    unsigned long flags;
    bool before;

    if (ns < 0 || ns / (s64)NS_PER_SEC >= REALTIME_LIMIT)
        return -EINVAL;
    flags = change_begin();
    before = ns < (s64)keeper.mono; /* the start would be before 1970 */
    if (!before) {
        keeper.real = ns - (s64)keeper.mono;
        slew_left = 0;
    }
    change_end(flags);
    if (before)
        return -EINVAL;
    wake_up_all(&time_was_set);
    return 0;
}

int time_set_frequency(s64 scaled_ppm)
{
    s64 limit = 500L << 16;
    unsigned long flags = change_begin();

    frequency = clamp(scaled_ppm, -limit, limit);
    keeper.mult =
        (u32)((s64)clock_mult + (s64)clock_mult * frequency / (1000000L << 16));
    change_end(flags);
    return 0;
}

s64 time_get_frequency(void)
{
    return READ_ONCE(frequency);
}

void time_set_tai_offset(s32 seconds)
{
    unsigned long flags = change_begin();

    tai_offset = seconds;
    change_end(flags);
}

s32 time_get_tai_offset(void)
{
    return READ_ONCE(tai_offset);
}

void time_set_zone(s32 minutes_west, s32 dst)
{
    unsigned long flags = change_begin();

    zone_west = minutes_west;
    zone_dst = dst;
    change_end(flags);
}

void time_get_zone(s32 *minutes_west, s32 *dst)
{
    *minutes_west = READ_ONCE(zone_west);
    *dst = READ_ONCE(zone_dst);
}

static void refresh(struct timer *t)
{
    s64 step_limit = 500 * (s64)NS_PER_USEC;
    unsigned long flags = change_begin();
    s64 step = clamp(slew_left, -step_limit, step_limit);
    bool more;

    keeper.real += step;
    slew_left -= step;
    more = slew_left != 0;
    change_end(flags);
    timer_start(t, time_monotonic() +
                       (more ? NS_PER_SEC : REFRESH_SECONDS * NS_PER_SEC));
}

int time_adjust_realtime(s64 delta_ns)
{
    unsigned long flags = change_begin();

    slew_left = delta_ns;
    change_end(flags);
    timer_start(&refresh_timer, time_monotonic() + NS_PER_SEC);
    return 0;
}

void time_resume(u64 slept_ns, s64 realtime_ns)
{
    unsigned long flags = spin_lock_irqsave(&time_lock);

    seq_write_begin(&keeper.seq);
    keeper.counter = arch_counter();
    keeper.boot += slept_ns;
    keeper.real = realtime_ns - (s64)keeper.mono;
    change_end(flags);
    wake_up_all(&time_was_set);
}

void time_init(const struct boot_info *info)
{
    unsigned long flags;

    (void)info;
    vdso_page = page_alloc(0, ALLOC_ZERO | ALLOC_NOFAIL);
    vdso = page_address(vdso_page);
    /* counter_ok is 0 in it. */
    vdso_ask_page = page_alloc(0, ALLOC_ZERO | ALLOC_NOFAIL);
    timer_init_cpus();
    flags = change_begin();
    keeper.real = arch_wallclock_seconds() * (s64)NS_PER_SEC;
    if (keeper.real)
        keeper.real -= (s64)keeper.mono;
    change_end(flags);
    timer_setup(&refresh_timer, refresh);
}

void time_init_late(void)
{
    timer_start(&refresh_timer,
                time_monotonic() + REFRESH_SECONDS * NS_PER_SEC);
}
