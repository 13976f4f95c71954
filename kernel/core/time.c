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
    u64 raw;     /* the same without steering */
    u64 raw_frac;
    s64 real; /* realtime minus monotonic, ns */
    u64 boot; /* boottime minus monotonic, ns */
    u32 mult, shift;
} keeper;
static spinlock_t time_lock = SPINLOCK_INIT("timekeeper"); /* irqs off */

/* Constant from time_early_init() on. */
static u64 clock_start;
static u32 clock_mult, clock_shift;
static u64 counts_per_ns; /* << 32, rounded up; follows keeper.mult */

/* What is to be added by and by. */
struct slew {
    s64 left; /* ns */
    s64 rate; /* ns in each second, for now */
};
/* time_lock */
static struct {
    s64 frequency, tick; /* as time_set_rate() has them */
    struct slew slew, phase;
    u32 phase_shift;
} steer = {.tick = 10000};

/* ns of `slew` in a second at most: 500 ppm. And what is left of `phase` that
 * goes in one second. */
#define SLEW_RATE 500000L
#define PHASE_END 1000L

static s32 tai_offset = 0;
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
static inline u64 since_base(u64 now, u32 mult, u64 frac)
{
    u64 delta = now - keeper.counter;

    if (unlikely((s64)delta < 0))
        delta = 0;
    return (u64)(((unsigned __int128)delta * mult + frac) >> keeper.shift);
}

static inline u64 steered_since_base(void)
{
    return since_base(arch_counter(), keeper.mult, keeper.frac);
}

u64 time_monotonic(void)
{
    u64 ns;
    u32 s;

    do {
        s = seq_begin(&keeper.seq);
        ns = keeper.mono + steered_since_base();
    } while (seq_retry(&keeper.seq, s));
    return ns;
}

u64 time_boottime(void)
{
    u64 ns;
    u32 s;

    do {
        s = seq_begin(&keeper.seq);
        ns = keeper.mono + steered_since_base() + keeper.boot;
    } while (seq_retry(&keeper.seq, s));
    return ns;
}

s64 time_realtime(void)
{
    s64 ns;
    u32 s;

    do {
        s = seq_begin(&keeper.seq);
        ns = (s64)(keeper.mono + steered_since_base()) + keeper.real;
    } while (seq_retry(&keeper.seq, s));
    return ns;
}

u64 time_raw(void)
{
    u64 ns;
    u32 s;

    do {
        s = seq_begin(&keeper.seq);
        ns = keeper.raw +
             since_base(arch_counter(), clock_mult, keeper.raw_frac);
    } while (seq_retry(&keeper.seq, s));
    return ns;
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
    return (u64)(((unsigned __int128)ns * READ_ONCE(counts_per_ns)) >> 32) + 1;
}

void udelay(u64 microseconds)
{
    u64 end = arch_counter() + time_ns_to_counts(microseconds * NS_PER_USEC);

    while ((s64)(arch_counter() - end) < 0)
        arch_cpu_relax();
}

/* --------------------------------------------------------------- the vDSO */

static void vdso_clock(unsigned clock, s64 ns, u64 frac)
{
    s64 sec = ns / (s64)NS_PER_SEC, rest = ns % (s64)NS_PER_SEC;

    if (rest < 0) {
        rest += (s64)NS_PER_SEC;
        sec--;
    }
    vdso->time[clock].sec = sec;
    vdso->time[clock].frac = ((u64)rest << keeper.shift) + frac;
}

/* time_lock held. */
static void vdso_update(void)
{
    s64 mono = (s64)keeper.mono, real = mono + keeper.real;
    u64 frac = keeper.frac;

    if (!vdso)
        return;
    WRITE_ONCE(vdso->sequence, vdso->sequence + 1);
    smp_wmb();
    vdso->counter_ok = arch_counter_user_readable();
    vdso->counter_base = keeper.counter;
    vdso->mult = keeper.mult;
    vdso->raw_mult = clock_mult;
    vdso->shift = keeper.shift;
    vdso_clock(VDSO_CLOCK_REALTIME, real, frac);
    vdso_clock(VDSO_CLOCK_REALTIME_COARSE, real, frac);
    vdso_clock(VDSO_CLOCK_MONOTONIC, mono, frac);
    vdso_clock(VDSO_CLOCK_MONOTONIC_COARSE, mono, frac);
    vdso_clock(VDSO_CLOCK_MONOTONIC_RAW, (s64)keeper.raw, keeper.raw_frac);
    vdso_clock(VDSO_CLOCK_BOOTTIME, mono + (s64)keeper.boot, frac);
    vdso_clock(VDSO_CLOCK_TAI, real + tai_offset * (s64)NS_PER_SEC, frac);
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

static void spend(struct slew *s, u64 ns)
{
    s64 left = s->left - mul_s64_u64_div_u64(s->rate, ns, NS_PER_SEC);

    /* Not beyond nothing: the rate lasts a little longer than its second. */
    s->left = !s->left || (left ^ s->left) < 0 ? 0 : left;
}

/* *ns and *frac go on by `delta` counts; returns how many ns. */
static u64 advance(u64 *ns, u64 *frac, u64 delta, u32 mult)
{
    unsigned __int128 sum = (unsigned __int128)delta * mult + *frac;
    u64 more = (u64)(sum >> keeper.shift);

    *ns += more;
    *frac = (u64)sum & ((1UL << keeper.shift) - 1);
    return more;
}

/* time_lock held, inside seq_write: base := now. */
static void move_base(void)
{
    u64 now = arch_counter(), ns;

    if ((s64)(now - keeper.counter) <= 0)
        return;
    ns = advance(&keeper.mono, &keeper.frac, now - keeper.counter, keeper.mult);
    advance(&keeper.raw, &keeper.raw_frac, now - keeper.counter, clock_mult);
    spend(&steer.slew, ns);
    spend(&steer.phase, ns);
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
        steer.slew.left = 0;
    }
    change_end(flags);
    if (before)
        return -EINVAL;
    wake_up_all(&time_was_set);
    return 0;
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

/* ------------------------------------------------------------- steering -- */

/* time_lock held, the base moved to now: the rate for the next second. */
static void set_rates(void)
{
    struct slew *phase = &steer.phase, *slew = &steer.slew;
    u64 mult = (u64)clock_mult * (u64)steer.tick / 10000;

    slew->rate = clamp(slew->left, -SLEW_RATE, SLEW_RATE);
    phase->rate = phase->left >= -PHASE_END && phase->left <= PHASE_END
                      ? phase->left
                      : phase->left >> steer.phase_shift;
    mult += (u64)mul_s64_u64_div_u64(steer.frequency, mult, 1000000UL << 16);
    mult +=
        (u64)mul_s64_u64_div_u64(slew->rate + phase->rate, mult, NS_PER_SEC);
    keeper.mult = (u32)mult;
    WRITE_ONCE(counts_per_ns, mul_u64_u64_div_u64_up(
                                  1UL << 32, 1UL << keeper.shift, keeper.mult));
}

static void refresh(struct timer *t)
{
    unsigned long flags = change_begin();
    bool steering;

    set_rates();
    steering = steer.slew.left || steer.phase.left;
    change_end(flags);
    timer_start(t, time_monotonic() +
                       (steering ? NS_PER_SEC : REFRESH_SECONDS * NS_PER_SEC));
}

static void steer_end(unsigned long flags)
{
    set_rates();
    change_end(flags);
    timer_start(&refresh_timer, time_monotonic() + NS_PER_SEC);
}

void time_set_rate(s64 scaled_ppm, s64 tick)
{
    unsigned long flags = change_begin();

    steer.frequency = scaled_ppm;
    steer.tick = tick;
    steer_end(flags);
}

void time_set_slew(s64 ns)
{
    unsigned long flags = change_begin();

    steer.slew.left = ns;
    steer_end(flags);
}

void time_set_phase(s64 ns, u32 shift)
{
    unsigned long flags = change_begin();

    steer.phase.left = ns;
    steer.phase_shift = shift;
    steer_end(flags);
}

static s64 left_of(const struct slew *s)
{
    unsigned long flags = change_begin();
    s64 left = s->left;

    change_end(flags);
    return left;
}

s64 time_slew_left(void)
{
    return left_of(&steer.slew);
}

s64 time_phase_left(void)
{
    return left_of(&steer.phase);
}

/* ---------------------------------------------------------------- starting */

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
