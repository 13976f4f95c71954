/*
 * The kernel log: a ring with levels, printed on the consoles.
 *
 * Any context. log_info("virtio: %u queues\n", n); a level below the threshold
 * costs a compare. Readers (dmesg, /dev/kmsg) follow by sequence number.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdarg.h>

#include "lib/compiler.h"
#include "lib/types.h"
#include "lib/list.h"

enum log_level {
    LOG_EMERG,
    LOG_ALERT,
    LOG_CRIT,
    LOG_ERR,
    LOG_WARNING,
    LOG_NOTICE,
    LOG_INFO,
    LOG_DEBUG
};

struct kernel_regs;
struct wait_queue;

extern int log_console_level; /* messages with level < this reach consoles */
void log_print(enum log_level level, const char *format, ...) __printf(2, 3);
void log_vprint(enum log_level level, const char *format, va_list args)
    __printf(2, 0);
#define log_err(...)     log_print(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_print(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)  log_print(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)    log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_print(LOG_DEBUG, __VA_ARGS__)

/* A sink for messages; registered by console drivers. Any context. */
struct log_console {
    struct list_head link;
    bool replaces_early; /* the device of arch_console_early_write() */
    void (*write)(struct log_console *c, const char *text, size_t n);
};
void log_console_register(struct log_console *c);

/* Readers. Sequence numbers run from 0 and never repeat; a reader that is too
 * slow finds that records are gone. */
struct log_record {
    u64 sequence;
    u64 ns; /* since start */
    enum log_level level;
    u16 length; /* of the text, without NUL or newline */
};
/* The first record with a number >= *sequence, which becomes the next one's.
 * Text is cut at `size` (length tells). -ENOENT: none yet. -EPIPE: records were
 * lost; *sequence is now that of the oldest. */
int log_read_record(u64 *sequence, struct log_record *r, char *text,
                    size_t size);
/* Text for dmesg and syslog(2), "<6>[    1.234567] text\n" per record: copies
 * whole records from *sequence on; skips what is lost. Bytes copied. */
ssize_t log_read(u64 *sequence, char *buffer, size_t size);
u64 log_first_sequence(void);
u64 log_next_sequence(void);
size_t log_capacity(void);               /* bytes */
extern struct wait_queue log_new_record; /* woken after each record */

/* For the panic report: break locks; print the last records before `end` once
 * more. */
void log_panic_mode(void);
void log_panic_replay(u64 end, unsigned lines);
/* Wakes readers that a message in awkward context could not. */
void log_wake_readers(void);
/* Of the caller, as the end of a check's report: with the option panic_on_warn
 * the kernel panics after it. */
void log_backtrace(void);
/* For arch_backtrace(): a frame of a report that is no panic's. */
void log_frame(void *ctx, u64 pc);

void log_init(void); /* the ring grows from its boot size */

/* Stop everything: print why, registers, a backtrace of every CPU and the last
 * lines of the log, then power off or halt as `panic=` says. */
void panic(const char *format, ...) __printf(1, 2) __noreturn;
void die(const char *what, const struct kernel_regs *regs) __noreturn;
/* An invariant: panics in debug builds, logs once otherwise. */
#define WARN_ON(condition)                              \
    ({                                                  \
        bool warn_ = !!(condition);                     \
        static bool warned_;                            \
        if (unlikely(warn_) && !warned_) {              \
            warned_ = true;                             \
            warn_print(__FILE__, __LINE__, #condition); \
        }                                               \
        unlikely(warn_);                                \
    })
#define BUG_ON(condition)                                                \
    do {                                                                 \
        if (unlikely(condition))                                         \
            panic("BUG at %s:%d: %s\n", __FILE__, __LINE__, #condition); \
    } while (0)
void warn_print(const char *file, int line, const char *what);

#endif
