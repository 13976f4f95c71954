/*
 * Time: one timekeeper behind a sequence lock, tickless per-CPU timers.
 *
 * Clocks are in ns. Monotonic time is a base plus a counter difference, so that
 * a resume can set both anew. The same figures are in the vDSO's page.
 */
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include "lib/rbtree.h"
#include "lib/types.h"
#include "lib/list.h"

#define NS_PER_SEC 1000000000ULL

u64 time_monotonic(void); /* ns since start, no steps */
u64 time_boottime(void);  /* also counts suspension */
s64 time_realtime(void);  /* ns since 1970 */
int time_set_realtime(s64 ns);
/* Called when realtime was stepped (timerfd TFD_TIMER_CANCEL_ON_SET). */
extern struct wait_queue time_was_set;
u64 time_coarse_resolution(void);
void time_init(void);

/* One-shot timer; the callback runs in interrupt context with no locks held and
 * may start it again. */
struct timer {
    struct rb_node node;
    u64 deadline; /* ns monotonic */
    void (*callback)(struct timer *t);
    u32 cpu;
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
void work_flush(struct work *w);

#endif
