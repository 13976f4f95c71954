/*
 * Timers of processes: setitimer's three, and timer_create's.
 *
 * ITIMER_REAL and POSIX timers on wall clocks are core timers; ITIMER_VIRTUAL,
 * ITIMER_PROF, RLIMIT_CPU and timers on CPU clocks fire when the process has
 * used so much CPU time: one core timer of the process is started for the
 * earliest moment that could be, and looks again.
 *
 * A periodic timer starts again when its signal is taken, so however short the
 * period, it costs the process's own time. While the signal is ignored it comes
 * at most every IGNORED_PERIOD_MIN; a timer that tells nobody only exists when
 * it is read.
 *
 * All state is guarded by thread_group.lock.
 */
#ifndef PROC_POSIX_TIMER_H
#define PROC_POSIX_TIMER_H

#include "lib/types.h"

struct caller;
struct posix_timer;
struct signal_info;
struct task;
struct thread_group;

void itimers_init(struct thread_group *g);
void itimers_exit(struct thread_group *g);
void posix_timers_exec(struct thread_group *g); /* timer_create's are deleted */
void posix_timers_exit(struct thread_group *g); /* all are */
/* A timer's signal was taken: fills in the overrun, arms it again. */
void posix_timer_delivered(struct posix_timer *timer, struct signal_info *info);
/* A queued timer signal was thrown away. Group locked. */
void posix_timer_signal_dropped(struct posix_timer *timer);
/* A SIGALRM was taken: ITIMER_REAL may go on. Group locked. */
void itimer_alarm_taken(struct thread_group *g);
/* Look at the CPU timers soon. Group locked. */
void itimers_check_soon(struct thread_group *g);
/* Timers on the group's CPU time of `used` ns: those due fire; *left becomes at
 * most what is left to the next. Group locked. */
void posix_timers_check_cpu(struct thread_group *g, u64 used, u64 *left);

enum itimer {
    ITIMER_REAL,
    ITIMER_VIRTUAL,
    ITIMER_PROF
};
struct itimer_value {
    u64 interval, value; /* ns; value 0: off */
};
void itimer_get(struct thread_group *g, enum itimer which,
                struct itimer_value *now);
void itimer_set(struct thread_group *g, enum itimer which,
                const struct itimer_value *value, struct itimer_value *old);

/* timer_create and friends, for the caller's process; errnos are Linux's. */
struct timer_event { /* sigevent, decoded */
    s32 notify;      /* SIGEV_* */
    s32 signo;
    s32 tid;
    u64 value;
    bool value_is_id; /* no sigevent was given: the value is the timer's id */
};
s64 posix_timer_create(struct caller *who, s32 clock,
                       const struct timer_event *event);
int posix_timer_set(struct caller *who, s32 id, bool absolute,
                    const struct itimer_value *value, struct itimer_value *old);
int posix_timer_get(struct caller *who, s32 id, struct itimer_value *now);
s64 posix_timer_overrun(struct caller *who, s32 id);
int posix_timer_delete(struct caller *who, s32 id);

/* RLIMIT_CPU was set or changed. */
void cpu_limit_changed(struct thread_group *g);
/* A new process, not yet started, got its parent's limits. */
void cpu_limit_inherited(struct thread_group *g);

#endif
