/*
 * Time: one timekeeper behind a sequence lock, tickless per-CPU timers.
 *
 * Clocks are in ns. Monotonic time is a base plus a counter difference, so that
 * a resume can set both anew. The same figures are in the vDSO's page.
 */
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include "lib/atomic.h"
#include "lib/rbtree.h"
#include "lib/types.h"
#include "lib/list.h"

#define NS_PER_SEC  1000000000UL
#define NS_PER_MSEC 1000000UL
#define NS_PER_USEC 1000UL

struct boot_info;
struct page;
struct wait_queue;

u64 time_monotonic(void); /* ns since start, no steps */
u64 time_boottime(void);  /* also counts suspension */
s64 time_realtime(void);  /* ns since 1970 */
int time_set_realtime(s64 ns);
/* Called when realtime was stepped (timerfd TFD_TIMER_CANCEL_ON_SET). */
extern struct wait_queue time_was_set;
u64 time_raw(void); /* like monotonic, never steered */
s64 time_tai(void); /* ns since 1970, TAI */
u64 time_coarse_resolution(void);
void time_early_init(const struct boot_info *info); /* sched_clock works */
void time_init(const struct boot_info *info);
void time_init_late(void); /* starts the thread that keeps the base fresh */
/* ns since start for the scheduler and the log: no sequence lock, not steered,
 * works from the first instruction of kernel_start() on. */
u64 sched_clock(void);
/* Busy-wait, for devices that need less than a tick of patience. */
void udelay(u64 microseconds);
/* Sleep, uninterruptible. */
void time_sleep(u64 ns);
/* settimeofday's time zone: kept for the vDSO only. */
void time_set_zone(s32 minutes_west, s32 dst);
void time_get_zone(s32 *minutes_west, s32 *dst);
/* TAI - UTC in seconds. */
void time_set_tai_offset(s32 seconds);
s32 time_get_tai_offset(void);
/*
 * Steering, as adjtimex(2) does it: all clocks but MONOTONIC_RAW run faster or
 * slower. The rate: parts per million << 16 (-500 << 16 .. 500 << 16), and us
 * per tick of 10,000 (9000 .. 11000). What is to be slewed in, in ns: by 500
 * ppm (adjtime), and by a 2^shift-th of the rest in each second (the phase of
 * NTP's loop). What is still left of those.
 */
void time_set_rate(s64 scaled_ppm, s64 tick);
void time_set_slew(s64 ns);
s64 time_slew_left(void);
void time_set_phase(s64 ns, u32 shift);
s64 time_phase_left(void);
/* The page frame of struct vdso_data, for vm/ to map. */
struct page *time_vdso_page(void);
/* The same for processes whose clocks differ: it sends them to the kernel. */
struct page *time_vdso_ask_page(void);
/* arch_upcalls.timer */
void time_interrupt(void);
/* Program this CPU's timer for the earliest of its timers and the scheduler's
 * event, unless it comes earlier anyway. Interrupts off. */
void timer_reprogram(void);
void timer_reprogram_exact(void); /* also later: before idling */

/* One-shot timer; the callback runs in interrupt context with no locks held and
 * may start it again. */
struct timer {
    struct rb_node node;
    u64 deadline; /* ns monotonic */
    void (*callback)(struct timer *t);
    u32 cpu; /* whose tree it is in; that tree's lock guards all of it */
    u8 state;
};
void timer_setup(struct timer *t, void (*callback)(struct timer *));
void timer_start(struct timer *t, u64 deadline); /* also moves a running one */
bool timer_cancel(struct timer *t);              /* true if it was pending */
bool timer_cancel_sync(struct timer *t); /* and waits for a running callback */

/* Work queues: fn runs in a thread, may sleep. */
struct work {
    struct list_head link;
    void (*fn)(struct work *w);
    atomic_t pending;
};
void work_init(struct work *w, void (*fn)(struct work *));
bool work_queue(struct work *w); /* false: was queued already */
void work_flush(struct work *w); /* waits until it is neither queued nor runs */
bool work_cancel(struct work *w); /* true: was queued; does not wait */
/* Runs after a delay. */
struct delayed_work {
    struct work work;
    struct timer timer;
};
void delayed_work_init(struct delayed_work *w, void (*fn)(struct work *));
/* (Re)starts the delay. */
void delayed_work_queue(struct delayed_work *w, u64 delay_ns);
void work_init_threads(void);

#endif
