/*
 * adjtimex(2), clock_adjtime(2): the loop of NTP (RFC 5905, section 12) as
 * Linux has it in kernel/time/ntp.c. What it decides, core/time.h does. Not
 * here: leap seconds and pulses per second.
 */
#include "abi/syscall.h"
#include "core/lock.h"
#include "core/time.h"
#include "core/wait.h"
#include "lib/errno.h"
#include "proc/clock.h"
#include "proc/task.h"

struct abi_timex {
    u32 modes, pad;
    s64 offset, frequency, max_error, estimated_error;
    s32 status, pad2;
    s64 constant, precision, tolerance;
    struct abi_timeval time;
    s64 tick, pps_frequency, jitter;
    s32 shift, pad3;
    s64 stability, jitter_count, calibration_count, error_count,
        stability_count;
    s32 tai, reserved[11];
};
ASSERT_SIZE(struct abi_timex, 208);

#define ADJ_OFFSET    0x0001u
#define ADJ_FREQUENCY 0x0002u
#define ADJ_MAXERROR  0x0004u
#define ADJ_ESTERROR  0x0008u
#define ADJ_STATUS    0x0010u
#define ADJ_TIMECONST 0x0020u
#define ADJ_TAI       0x0080u
#define ADJ_SETOFFSET 0x0100u
#define ADJ_MICRO     0x1000u
#define ADJ_NANO      0x2000u
#define ADJ_TICK      0x4000u
/* adjtime(3): with ADJ_OFFSET, and with ADJ_NANO it only reads. */
#define ADJ_ADJTIME 0x8000u

#define STA_PLL       0x0001
#define STA_FLL       0x0008
#define STA_UNSYNC    0x0040
#define STA_FREQHOLD  0x0080
#define STA_CLOCKERR  0x1000
#define STA_NANO      0x2000
#define STA_MODE      0x4000
#define STA_READ_ONLY 0xff00

#define TIME_OK    0
#define TIME_ERROR 5

#define FREQUENCY_MAX   (500L << 16) /* scaled ppm */
#define FREQUENCY_LIMIT (S64_MAX / 65536000)
#define PHASE_MAX       500000000L /* ns */
#define ERROR_MAX       16000000L  /* us */
#define ERROR_RATE      500        /* us per second without news */
#define CONSTANT_MAX    10
#define SHIFT_PLL       2
#define SHIFT_FLL       2
/* Seconds between updates where the loop locks to frequency instead. */
#define FLL_FROM 256
#define FLL_ONLY 2048

/* adjust_lock. maxerror grows: it is what it was at `error_since`. */
static struct {
    s64 frequency, max_error, estimated_error, constant, tick;
    s64 reference;   /* second of the last update of the phase */
    u64 error_since; /* ns, monotonic */
    s32 status;
} adjust = {.max_error = ERROR_MAX,
            .estimated_error = ERROR_MAX,
            .constant = 2,
            .tick = 10000,
            .status = STA_UNSYNC};
static mutex_t adjust_lock = MUTEX_INIT(adjust_lock, "adjtimex");

static s64 now_seconds(void)
{
    return time_realtime() / (s64)NS_PER_SEC;
}

static int check(struct caller *who, const struct abi_timex *t)
{
    bool may = caller_capable_init(who, CAP_SYS_TIME);
    u32 modes = t->modes;

    if (modes & ADJ_ADJTIME) {
        if (!(modes & ADJ_OFFSET))
            return -EINVAL;
        if (!(modes & ADJ_NANO) && !may)
            return -EPERM;
    } else {
        if (modes && !may)
            return -EPERM;
        if (modes & ADJ_TICK && (t->tick < 9000 || t->tick > 11000))
            return -EINVAL;
    }
    if (modes & ADJ_SETOFFSET) {
        if (!may)
            return -EPERM;
        if (t->time.usec < 0 ||
            t->time.usec >= (modes & ADJ_NANO ? 1000000000 : 1000000))
            return -EINVAL;
    }
    if (modes & ADJ_FREQUENCY &&
        (t->frequency > FREQUENCY_LIMIT || t->frequency < -FREQUENCY_LIMIT))
        return -EINVAL;
    return 0;
}

static int step(const struct abi_timex *t)
{
    s64 rest = t->time.usec * (t->modes & ADJ_NANO ? 1 : 1000);

    if (t->time.sec > S64_MAX / 2 / (s64)NS_PER_SEC ||
        t->time.sec < S64_MIN / 2 / (s64)NS_PER_SEC)
        return -EINVAL;
    return time_set_realtime(time_realtime() + t->time.sec * (s64)NS_PER_SEC +
                             rest);
}

static void set_status(s32 status)
{
    if (adjust.status & STA_PLL && !(status & STA_PLL))
        adjust.status = STA_UNSYNC;
    if (!(adjust.status & STA_PLL) && status & STA_PLL)
        adjust.reference = now_seconds();
    adjust.status = (adjust.status & STA_READ_ONLY) | (status & ~STA_READ_ONLY);
}

/* ns in a second, as scaled ppm. */
static s64 scaled_ppm(s64 ns, u32 shift)
{
    return ns * 65536 / 1000 >> shift;
}

/* What a phase seen after so many seconds says about the frequency. */
static s64 frequency_of(s64 phase, s64 seconds)
{
    u32 gain = SHIFT_PLL + 2 + (u32)adjust.constant;
    s64 longest = 1L << (SHIFT_PLL + 1 + adjust.constant);
    s64 change = 0;

    adjust.status &= ~STA_MODE;
    if (seconds >= FLL_FROM &&
        (adjust.status & STA_FLL || seconds > FLL_ONLY)) {
        adjust.status |= STA_MODE;
        change = scaled_ppm(phase / seconds, SHIFT_FLL);
    }
    return change + scaled_ppm(phase * min(seconds, longest), 2 * gain);
}

static void set_phase(s64 offset)
{
    s64 now = now_seconds(), seconds;

    if (!(adjust.status & STA_PLL))
        return;
    if (!(adjust.status & STA_NANO))
        offset = clamp(offset, -1000000L, 1000000L) * 1000;
    offset = clamp(offset, -PHASE_MAX, PHASE_MAX);
    seconds = adjust.status & STA_FREQHOLD ? 0 : now - adjust.reference;
    adjust.reference = now;
    adjust.frequency =
        clamp(adjust.frequency + frequency_of(offset, max(seconds, 0L)),
              -FREQUENCY_MAX, FREQUENCY_MAX);
    time_set_phase(offset, SHIFT_PLL + (u32)adjust.constant);
}

static void apply(const struct abi_timex *t)
{
    if (t->modes & ADJ_STATUS)
        set_status(t->status);
    if (t->modes & ADJ_NANO)
        adjust.status |= STA_NANO;
    if (t->modes & ADJ_MICRO)
        adjust.status &= ~STA_NANO;
    if (t->modes & ADJ_FREQUENCY)
        adjust.frequency = clamp(t->frequency, -FREQUENCY_MAX, FREQUENCY_MAX);
    if (t->modes & ADJ_MAXERROR) {
        adjust.max_error = t->max_error;
        adjust.error_since = time_monotonic();
    }
    if (t->modes & ADJ_ESTERROR)
        adjust.estimated_error = t->estimated_error;
    if (t->modes & ADJ_TIMECONST) {
        adjust.constant = clamp(t->constant, 0L, (s64)CONSTANT_MAX);
        if (!(adjust.status & STA_NANO))
            adjust.constant = min(adjust.constant + 4, (s64)CONSTANT_MAX);
    }
    if (t->modes & ADJ_TAI && t->constant >= 0 &&
        t->constant != time_get_tai_offset()) {
        time_set_tai_offset((s32)t->constant);
        wake_up_all(&time_was_set);
    }
    if (t->modes & ADJ_OFFSET)
        set_phase(t->offset);
    if (t->modes & ADJ_TICK)
        adjust.tick = t->tick;
    if (t->modes & (ADJ_TICK | ADJ_FREQUENCY | ADJ_OFFSET))
        time_set_rate(adjust.frequency, adjust.tick);
}

static void grow_error(void)
{
    u64 now = time_monotonic();
    u64 seconds = (now - adjust.error_since) / NS_PER_SEC;

    adjust.error_since += seconds * NS_PER_SEC;
    if (seconds >= ERROR_MAX / ERROR_RATE)
        seconds = ERROR_MAX / ERROR_RATE;
    adjust.max_error += (s64)seconds * ERROR_RATE;
    if (adjust.max_error > ERROR_MAX) {
        adjust.max_error = ERROR_MAX;
        adjust.status |= STA_UNSYNC;
    }
}

static void report(struct abi_timex *t)
{
    s64 now = time_realtime();

    t->frequency = adjust.frequency;
    t->max_error = adjust.max_error;
    t->estimated_error = adjust.estimated_error;
    t->status = adjust.status;
    t->constant = adjust.constant;
    t->precision = 1;
    t->tolerance = FREQUENCY_MAX;
    t->tick = adjust.tick;
    t->pps_frequency = t->jitter = t->shift = t->stability = 0;
    t->jitter_count = t->calibration_count = t->error_count = 0;
    t->stability_count = 0;
    t->tai = time_get_tai_offset();
    t->time.sec = now / (s64)NS_PER_SEC;
    t->time.usec = now % (s64)NS_PER_SEC;
    if (!(adjust.status & STA_NANO))
        t->time.usec /= 1000;
}

static s64 do_adjust(struct caller *who, u64 address)
{
    struct abi_timex t;
    s64 state;
    int error;

    if (user_read(who->mm, &t, address, sizeof(t)))
        return -EFAULT;
    error = check(who, &t);
    if (!error && t.modes & ADJ_SETOFFSET)
        error = step(&t);
    if (error)
        return error;
    mutex_lock(&adjust_lock);
    grow_error();
    if (t.modes & ADJ_ADJTIME) {
        s64 left = time_slew_left() / 1000;

        if (!(t.modes & ADJ_NANO))
            time_set_slew(t.offset * 1000);
        t.offset = left;
    } else {
        apply(&t);
        t.offset = time_phase_left();
        if (!(adjust.status & STA_NANO))
            t.offset /= 1000;
    }
    report(&t);
    state = adjust.status & (STA_UNSYNC | STA_CLOCKERR) ? TIME_ERROR : TIME_OK;
    mutex_unlock(&adjust_lock);
    return user_write(who->mm, address, &t, sizeof(t)) ? -EFAULT : state;
}

s64 sys_adjtimex(struct caller *who, const u64 *args)
{
    return do_adjust(who, args[0]);
}

s64 sys_clock_adjtime(struct caller *who, const u64 *args)
{
    s64 unused;

    if ((s32)args[0] == CLOCK_REALTIME)
        return do_adjust(who, args[1]);
    return clock_read(who, (s32)args[0], &unused) ? -EINVAL : -EOPNOTSUPP;
}
