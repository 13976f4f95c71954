#include "core/log.h"

#include "arch/arch.h"
#include "core/init.h"
#include "core/lock.h"
#include "core/panic.h"
#include "core/slab.h"
#include "core/time.h"
#include "core/wait.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

/*
 * The ring holds records, each a header and its text, padded to a multiple of
 * the header's size: so headers never wrap, texts may. `head` and `tail` count
 * bytes for ever.
 */
struct record_header {
    u64 ns;
    u16 length;
    u8 level;
    u8 reserved[5];
};
ASSERT_SIZE(struct record_header, 16);

#define RECORD_TEXT_MAX 480
#define BOOT_RING_SIZE  8192

static char boot_ring[BOOT_RING_SIZE] __aligned(16);

/* log_lock guards all of it; raw, since everything else logs. */
static spinlock_t log_lock;
static char *ring = boot_ring;
static size_t ring_size = BOOT_RING_SIZE;
static u64 ring_head, ring_tail;          /* bytes */
static u64 first_sequence, next_sequence; /* of tail and head */

/* What consoles have not seen yet begins here. Moved by whoever has
 * console_busy; log_lock guards the values. */
static u64 console_position, console_sequence;
static atomic_t console_busy;
static LIST_HEAD(consoles); /* log_lock; only grows */
static bool early_replaced;

static atomic_t wake_pending;
int log_console_level = LOG_DEBUG;
struct wait_queue log_new_record = WAIT_QUEUE_INIT(log_new_record);

static size_t record_space(size_t length)
{
    return round_up(sizeof(struct record_header) + length,
                    sizeof(struct record_header));
}

static struct record_header *header_at(u64 position)
{
    return (struct record_header *)(ring + (position & (ring_size - 1)));
}

static void text_copy_out(char *to, u64 position, size_t n)
{
    size_t at = position & (ring_size - 1);
    size_t first = min(n, ring_size - at);

    memcpy(to, ring + at, first);
    memcpy(to + first, ring, n - first);
}

static void text_copy_in(u64 position, const char *from, size_t n)
{
    size_t at = position & (ring_size - 1);
    size_t first = min(n, ring_size - at);

    memcpy(ring + at, from, first);
    memcpy(ring, from + first, n - first);
}

static void record_drop_oldest(void)
{
    ring_tail += record_space(header_at(ring_tail)->length);
    first_sequence++;
    if (console_sequence < first_sequence) {
        console_sequence = first_sequence;
        console_position = ring_tail;
    }
}

/* log_lock held. */
static void record_append(u64 ns, enum log_level level, const char *text,
                          size_t n)
{
    size_t space = record_space(n);

    while (ring_head + space - ring_tail > ring_size)
        record_drop_oldest();
    *header_at(ring_head) =
        (struct record_header){.ns = ns, .length = (u16)n, .level = (u8)level};
    text_copy_in(ring_head + sizeof(struct record_header), text, n);
    ring_head += space;
    next_sequence++;
}

static size_t format_time(char *buffer, size_t size, u64 ns)
{
    return (size_t)scnprintf(buffer, size, "[%5lu.%06lu] ", ns / NS_PER_SEC,
                             ns % NS_PER_SEC / 1000);
}

/* --------------------------------------------------------------- consoles */

static void consoles_write(const char *text, size_t n)
{
    struct log_console *c;

    if (!early_replaced || panic_in_progress())
        arch_console_early_write(text, n);
    list_for_each_entry (c, &consoles, link)
        if (!(c->replaces_early && panic_in_progress()))
            c->write(c, text, n);
}

/* Takes the next record that consoles want into `line`; its length, 0: none. */
static size_t console_next_line(char *line, size_t size)
{
    unsigned long flags = arch_irq_save();
    size_t n = 0;

    raw_spin_lock(&log_lock);
    while (n == 0 && console_sequence < next_sequence) {
        struct record_header *h = header_at(console_position);

        if ((int)h->level < log_console_level) {
            n = format_time(line, size, h->ns);
            text_copy_out(line + n, console_position + sizeof(*h), h->length);
            n += h->length;
            line[n++] = '\n';
        }
        console_position += record_space(h->length);
        console_sequence++;
    }
    raw_spin_unlock(&log_lock);
    arch_irq_restore(flags);
    return n;
}

static void consoles_flush(void)
{
    char line[RECORD_TEXT_MAX + 32];

    do {
        size_t n;

        /* Whoever is at it writes ours too. */
        if (__atomic_exchange_n(&console_busy.counter, 1, __ATOMIC_ACQUIRE))
            return;
        while ((n = console_next_line(line, sizeof(line))) != 0)
            consoles_write(line, n);
        __atomic_store_n(&console_busy.counter, 0, __ATOMIC_SEQ_CST);
    } while (READ_ONCE(console_sequence) != READ_ONCE(next_sequence));
}

void log_console_register(struct log_console *c)
{
    unsigned long flags = arch_irq_save();

    raw_spin_lock(&log_lock);
    list_add_tail_rcu(&c->link, &consoles);
    if (c->replaces_early)
        early_replaced = true;
    raw_spin_unlock(&log_lock);
    arch_irq_restore(flags);
}

void log_wake_readers(void)
{
    if (atomic_load(&wake_pending) &&
        __atomic_exchange_n(&wake_pending.counter, 0, __ATOMIC_ACQUIRE) &&
        wait_queue_active(&log_new_record))
        wake_up_all(&log_new_record);
}

/* ---------------------------------------------------------------- printing */

static void append_lines(enum log_level level, const char *text, size_t n)
{
    u64 ns = sched_clock();
    unsigned long flags = arch_irq_save();

    raw_spin_lock(&log_lock);
    while (n > 0) {
        const char *newline = strnchr(text, n, '\n');
        size_t length = newline ? (size_t)(newline - text) : n;

        record_append(ns, level, text, length);
        length += newline ? 1 : 0;
        text += length;
        n -= length;
    }
    raw_spin_unlock(&log_lock);
    arch_irq_restore(flags);
}

void log_vprint(enum log_level level, const char *format, va_list args)
{
    char text[RECORD_TEXT_MAX];
    int n = vscnprintf(text, sizeof(text), format, args);

    append_lines(level, text, (size_t)n);
    consoles_flush();
    atomic_store(&wake_pending, 1);
    /* Elsewhere the waker might hold a run queue's lock: the next interrupt or
     * the idle loop does it. */
    if (arch_current() && preemptible())
        log_wake_readers();
}

void log_print(enum log_level level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_vprint(level, format, args);
    va_end(args);
}

void log_panic_mode(void)
{
    /* The locks may be held by CPUs that were stopped. */
    log_lock.value = 0;
    atomic_store(&console_busy, 0);
    log_console_level = LOG_DEBUG + 1;
}

void log_panic_replay(u64 end, unsigned lines)
{
    u64 sequence = end > lines ? end - lines : 0;
    char text[RECORD_TEXT_MAX], line[RECORD_TEXT_MAX + 32];
    struct log_record r;

    while (sequence < end) {
        int error = log_read_record(&sequence, &r, text, sizeof(text));
        size_t n;

        if (error == -EPIPE)
            continue;
        if (error)
            break;
        n = format_time(line, sizeof(line), r.ns);
        memcpy(line + n, text, r.length);
        n += r.length;
        line[n++] = '\n';
        consoles_write(line, n);
    }
}

/* ---------------------------------------------------------------- reading */

int log_read_record(u64 *sequence, struct log_record *r, char *text,
                    size_t size)
{
    unsigned long flags = arch_irq_save();
    int result = 0;

    raw_spin_lock(&log_lock);
    if (*sequence < first_sequence) {
        *sequence = first_sequence;
        result = -EPIPE;
    } else if (*sequence >= next_sequence) {
        result = -ENOENT;
    } else {
        u64 position = ring_tail;
        struct record_header *h = header_at(position);

        for (u64 s = first_sequence; s < *sequence; s++) {
            position += record_space(h->length);
            h = header_at(position);
        }
        *r = (struct log_record){.sequence = *sequence,
                                 .ns = h->ns,
                                 .level = h->level,
                                 .length = h->length};
        text_copy_out(text, position + sizeof(*h),
                      min(size, (size_t)h->length));
        ++*sequence;
    }
    raw_spin_unlock(&log_lock);
    arch_irq_restore(flags);
    return result;
}

ssize_t log_read(u64 *sequence, char *buffer, size_t size)
{
    size_t done = 0;

    for (;;) {
        char text[RECORD_TEXT_MAX], line[RECORD_TEXT_MAX + 40];
        struct log_record r;
        u64 next = *sequence;
        size_t n;
        int error = log_read_record(&next, &r, text, sizeof(text));

        if (error == -EPIPE) {
            *sequence = next;
            continue;
        }
        if (error)
            return (ssize_t)done;
        n = (size_t)scnprintf(line, sizeof(line), "<%d>", r.level);
        n += format_time(line + n, sizeof(line) - n, r.ns);
        memcpy(line + n, text, r.length);
        n += r.length;
        line[n++] = '\n';
        if (n > size - done)
            return (ssize_t)done;
        memcpy(buffer + done, line, n);
        done += n;
        *sequence = next;
    }
}

u64 log_first_sequence(void)
{
    return READ_ONCE(first_sequence);
}

u64 log_next_sequence(void)
{
    return READ_ONCE(next_sequence);
}

size_t log_capacity(void)
{
    return ring_size;
}

/* Records are moved to a ring whose size suits the machine. */
void log_init(void)
{
    size_t size = BOOT_RING_SIZE;
    u64 ram = page_total_count() << PAGE_SHIFT;
    unsigned long flags;
    char *bigger;

    while (size < 256 * 1024 && size < ram / 2048)
        size *= 2;
    if (size == BOOT_RING_SIZE)
        return;
    bigger = kmalloc(size, 0);
    if (!bigger)
        return;
    flags = arch_irq_save();
    raw_spin_lock(&log_lock);
    for (u64 at = ring_tail; at != ring_head;) {
        size_t offset = at & (ring_size - 1);
        size_t n = min(ring_head - at, ring_size - offset);
        size_t to = at & (size - 1);

        n = min(n, size - to);
        memcpy(bigger + to, ring + offset, n);
        at += n;
    }
    ring = bigger;
    ring_size = size;
    raw_spin_unlock(&log_lock);
    arch_irq_restore(flags);
}

void warn_print(const char *file, int line, const char *what)
{
#ifdef CONFIG_DEBUG
    panic("WARNING at %s:%d: %s\n", file, line, what);
#else
    log_print(LOG_WARNING, "WARNING at %s:%d: %s\n", file, line, what);
    log_backtrace();
#endif
}
