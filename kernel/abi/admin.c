/* Calls of administrators: the kernel log and I/O priorities. */
#include "abi/syscall.h"
#include "core/log.h"
#include "core/object.h"
#include "core/page.h"
#include "core/slab.h"
#include "fs/kmsg.h"
#include "lib/string.h"
#include "proc/pid.h"
#include "proc/task.h"

/* ------------------------------------------------------------------ syslog */

enum {
    SYSLOG_CLOSE,
    SYSLOG_OPEN,
    SYSLOG_READ,
    SYSLOG_READ_ALL,
    SYSLOG_READ_CLEAR,
    SYSLOG_CLEAR,
    SYSLOG_CONSOLE_OFF,
    SYSLOG_CONSOLE_ON,
    SYSLOG_CONSOLE_LEVEL,
    SYSLOG_SIZE_UNREAD,
    SYSLOG_SIZE_BUFFER,
};

static u64 clear_position; /* READ_ALL starts here; log_lock */
static int saved_level = -1;
static mutex_t log_lock = MUTEX_INIT(log_lock, "syslog");

static int check_syslog(struct caller *who, s32 type)
{
    if (!READ_ONCE(kmsg_restricted) &&
        (type == SYSLOG_READ_ALL || type == SYSLOG_SIZE_BUFFER))
        return 0;
    return caller_capable_init(who, CAP_SYSLOG) ||
                   caller_capable_init(who, CAP_SYS_ADMIN)
               ? 0
               : -EPERM;
}

/* Copy records from *position on, as many whole ones as fit. */
static s64 copy_log(struct caller *who, u64 *position, u64 to, u64 size)
{
    char *chunk = page_alloc_kernel(0, ALLOC_KERNEL);
    u64 done = 0;
    s64 error = 0;

    if (!chunk)
        return -ENOMEM;
    while (size - done > 0) {
        ssize_t n =
            log_read(position, chunk, min_t(u64, PAGE_SIZE, size - done));
        if (n <= 0)
            break;
        if (user_write(who->mm, to + done, chunk, n)) {
            error = -EFAULT;
            break;
        }
        done += n;
    }
    page_free_kernel(chunk, 0);
    return error ? error : (s64)done;
}

/* The last `size` bytes since the position: skip what is before them. */
static s64 read_all(struct caller *who, u64 to, s32 size, bool clear)
{
    u64 start = max(clear_position, log_first_sequence()), at = start;
    char *chunk = page_alloc_kernel(0, ALLOC_KERNEL);
    u64 total = 0;
    ssize_t n;
    s64 result;

    if (!chunk)
        return -ENOMEM;
    while ((n = log_read(&at, chunk, PAGE_SIZE)) > 0)
        total += n;
    while (total > (u64)size && start < log_next_sequence()) {
        u64 next = start;
        n = log_read(&next, chunk, 1024);
        if (n <= 0)
            break;
        total -= n;
        start = next;
    }
    page_free_kernel(chunk, 0);
    result = copy_log(who, &start, to, size);
    if (clear && result >= 0)
        clear_position = log_next_sequence();
    return result;
}

static s64 read_next(struct caller *who, u64 to, s32 size)
{
    int error = wait_event_interruptible(
        &log_new_record, READ_ONCE(kmsg_shared.next) < log_next_sequence());
    s64 result;

    if (error)
        return error;
    mutex_lock(&kmsg_shared.lock);
    result = copy_log(who, &kmsg_shared.next, to, size);
    mutex_unlock(&kmsg_shared.lock);
    return result;
}

s64 sys_syslog(struct caller *who, const u64 *args)
{
    s32 type = (s32)args[0], size = (s32)args[2];
    s64 result = check_syslog(who, type);

    if (result)
        return result;
    switch (type) {
    case SYSLOG_CLOSE:
    case SYSLOG_OPEN:
        return 0;
    case SYSLOG_READ:
    case SYSLOG_READ_ALL:
    case SYSLOG_READ_CLEAR:
        if (!args[1] || size < 0)
            return -EINVAL;
        if (!size)
            return 0;
        if (!arch_user_range_ok(args[1], size))
            return -EFAULT;
        if (type == SYSLOG_READ)
            return read_next(who, args[1], size);
        mutex_lock(&log_lock);
        result = read_all(who, args[1], size, type == SYSLOG_READ_CLEAR);
        mutex_unlock(&log_lock);
        return result;
    case SYSLOG_CLEAR:
        clear_position = log_next_sequence();
        return 0;
    case SYSLOG_CONSOLE_OFF:
        if (saved_level < 0)
            saved_level = log_console_level;
        log_console_level = 1;
        return 0;
    case SYSLOG_CONSOLE_ON:
        if (saved_level >= 0)
            log_console_level = saved_level;
        saved_level = -1;
        return 0;
    case SYSLOG_CONSOLE_LEVEL:
        if (size < 1 || size > 8)
            return -EINVAL;
        log_console_level = size;
        saved_level = -1;
        return 0;
    case SYSLOG_SIZE_UNREAD:
        return 0;
    case SYSLOG_SIZE_BUFFER:
        return log_capacity();
    default:
        return -EINVAL;
    }
}

/* ------------------------------------------------------------ I/O priority */

#define IOPRIO_CLASS(v)    ((u32)(v) >> 13)
#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_WHO_USER    3

s64 sys_ioprio_set(struct caller *who, const u64 *args)
{
    u32 class = IOPRIO_CLASS((u16)args[2]), level = args[2] & 7;
    struct task *t;
    s64 result = 0;

    switch (class) {
    case 1: /* real time */
        if (!caller_capable_init(who, CAP_SYS_ADMIN) &&
            !caller_capable_init(who, CAP_SYS_NICE))
            return -EPERM;
        break;
    case 0:
        if (level)
            return -EINVAL;
        break;
    case 2:
    case 3:
        break;
    default:
        return -EINVAL;
    }
    if ((u32)args[0] < IOPRIO_WHO_PROCESS || (u32)args[0] > IOPRIO_WHO_USER)
        return -EINVAL;
    t = (s32)args[1] ? task_find(who, (s32)args[1]) : task_get(who->task);
    if (!t)
        return -ESRCH;
    const struct cred *its = task_cred_get(t);
    if (!kuid_equal(its->uid, who->cred->euid) &&
        !kuid_equal(its->uid, who->cred->uid) &&
        !caller_capable_init(who, CAP_SYS_NICE))
        result = -EPERM;
    else
        t->io_priority = (u16)args[2];
    cred_put(its);
    task_put(t);
    return result;
}

s64 sys_ioprio_get(struct caller *who, const u64 *args)
{
    struct task *t;
    s64 result;

    if ((u32)args[0] < IOPRIO_WHO_PROCESS || (u32)args[0] > IOPRIO_WHO_USER)
        return -EINVAL;
    t = (s32)args[1] ? task_find(who, (s32)args[1]) : task_get(who->task);
    if (!t)
        return -ESRCH;
    result = t->io_priority;
    task_put(t);
    return result;
}
