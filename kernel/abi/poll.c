/* poll, select and their variants. */
#include "abi/syscall.h"
#include "core/slab.h"
#include "core/time.h"
#include "ipc/poll.h"
#include "lib/string.h"
#include "proc/task.h"

#define NS_PER_MS 1000000ULL

struct abi_pollfd {
    s32 fd;
    u16 events, revents;
};
ASSERT_SIZE(struct abi_pollfd, 8);

static s64 do_poll(struct caller *who, u64 address, u32 count, u64 deadline)
{
    struct poll_item few[8], *items = few;
    struct abi_pollfd *user = NULL;
    s64 result = -EFAULT;

    if (count > who->limit_nofile)
        return -EINVAL;
    if (count > ARRAY_SIZE(few)) {
        items = kmalloc_array(count, sizeof(*items), ALLOC_KERNEL);
        if (!items)
            return -ENOMEM;
    }
    user = kmalloc_array(count ? count : 1, sizeof(*user), ALLOC_KERNEL);
    if (!user) {
        result = -ENOMEM;
        goto out;
    }
    if (user_read(who->mm, user, address, count * sizeof(*user)))
        goto out;
    for (u32 i = 0; i < count; i++)
        items[i] = (struct poll_item){user[i].fd, user[i].events, 0};
    result = poll_items(who, items, count, deadline);
    if (result < 0)
        goto out;
    for (u32 i = 0; i < count; i++) {
        u16 ready = items[i].ready;
        /* Only revents is written: the rest is the program's. */
        if (user_write(who->mm, address + i * sizeof(*user) + 6, &ready, 2)) {
            result = -EFAULT;
            goto out;
        }
    }
out:
    kfree(user);
    if (items != few)
        kfree(items);
    return result;
}

static s64 poll_restart(struct task *t, struct restart_block *b)
{
    s64 result = do_poll(&t->caller, b->args[0], b->args[1], b->args[2]);

    return result == -ERESTARTNOHAND ? -ERESTART_RESTARTBLOCK : result;
}

s64 sys_poll(struct caller *who, const u64 *args)
{
    s32 ms = (s32)args[2];
    u64 deadline = ms < 0 ? WAIT_FOREVER
                   : !ms  ? 0
                          : abi_deadline((u32)ms * NS_PER_MS);
    s64 result = do_poll(who, args[0], (u32)args[1], deadline);

    if (result != -ERESTARTNOHAND)
        return result;
    who->task->restart = (struct restart_block){
        .fn = poll_restart,
        .args = {args[0], (u32)args[1], deadline},
    };
    return -ERESTART_RESTARTBLOCK;
}

/* A timespec (or timeval) argument to a deadline; NULL: wait for ever. */
static int read_timeout(struct caller *who, u64 address, bool timeval,
                        u64 *deadline)
{
    u64 ns;
    int error;

    *deadline = WAIT_FOREVER;
    if (!address)
        return 0;
    if (timeval) {
        struct abi_timeval tv;
        /* select takes microseconds of a second and more. */
        if (user_read(who->mm, &tv, address, sizeof(tv)))
            return -EFAULT;
        if (tv.sec < 0 || tv.usec < 0)
            return -EINVAL;
        ns = (u64)tv.sec >= 1ULL << 32
                 ? ~0ULL / 2
                 : tv.sec * NS_PER_SEC + (u64)tv.usec * 1000;
    } else {
        error = abi_read_timespec(who, address, &ns);
        if (error)
            return error;
    }
    *deadline = ns ? abi_deadline(ns) : 0;
    return 0;
}

/* Linux's calls tell how much of the timeout was left. */
static void write_left(struct caller *who, u64 address, bool timeval,
                       u64 deadline)
{
    u64 now = time_monotonic();
    s64 left = deadline > now ? deadline - now : 0;

    if (!address)
        return;
    if (deadline == WAIT_FOREVER)
        return;
    if (timeval)
        (void)!abi_write_timeval(who, address, left);
    else
        (void)!abi_write_timespec(who, address, left);
}

/* The signal mask of ppoll and pselect6. */
static int enter_mask(struct caller *who, u64 mask, u64 size)
{
    u64 set;
    int error;

    if (!mask)
        return 0;
    error = abi_read_sigset(who, mask, size, &set);
    if (!error)
        signal_set_temporary_mask(who->task, set);
    return error;
}

static void leave_mask(struct caller *who, u64 mask, s64 result)
{
    if (mask)
        signal_restore_mask(who->task, result == -ERESTARTNOHAND);
}

s64 sys_ppoll(struct caller *who, const u64 *args)
{
    u64 deadline;
    s64 result = read_timeout(who, args[2], false, &deadline);

    if (!result)
        result = enter_mask(who, args[3], args[4]);
    if (result)
        return result;
    result = do_poll(who, args[0], (u32)args[1], deadline);
    leave_mask(who, args[3], result);
    write_left(who, args[2], false, deadline);
    return result;
}

/* ------------------------------------------------------------------ select */

#define SELECT_IN  (POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define SELECT_OUT (POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)
#define SELECT_EX  POLLPRI

struct fd_sets {
    u64 *in[3];  /* wanted: read, write, except; NULL: not given */
    u64 *out[3]; /* ready */
    u32 words;
};

static const u32 set_events[3] = {SELECT_IN, SELECT_OUT, SELECT_EX};

static bool wanted(const struct fd_sets *s, int set, u32 fd)
{
    return s->in[set] && s->in[set][fd / 64] >> (fd % 64) & 1;
}

static s64 collect(struct fd_sets *s, const struct poll_item *items, u32 used)
{
    s64 bits = 0;

    for (u32 i = 0; i < used; i++) {
        u32 fd = items[i].fd;

        for (int set = 0; set < 3; set++) {
            if (wanted(s, set, fd) && items[i].ready & set_events[set]) {
                s->out[set][fd / 64] |= 1ULL << (fd % 64);
                bits++;
            }
        }
    }
    return bits;
}

static s64 select_items(struct caller *who, struct fd_sets *s, u32 count,
                        u64 deadline)
{
    struct poll_item *items;
    u32 used = 0;
    s64 result = 0;

    items = kmalloc_array(count ? count : 1, sizeof(*items), ALLOC_KERNEL);
    if (!items)
        return -ENOMEM;
    for (u32 fd = 0; fd < count; fd++) {
        u32 events = 0;

        for (int set = 0; set < 3; set++)
            events |= wanted(s, set, fd) ? set_events[set] : 0;
        if (events)
            items[used++] = (struct poll_item){fd, events, 0};
    }
    for (;;) {
        result = poll_items(who, items, used, deadline);
        if (result <= 0)
            break;
        for (u32 i = 0; i < used; i++) {
            if (items[i].ready & POLLNVAL) {
                result = -EBADF;
                goto out;
            }
        }
        result = collect(s, items, used);
        if (result || !deadline)
            break;
        /* Only events that nobody asked for (POLLHUP on a write set): such
         * handles cannot become ready by waiting on them. */
        for (u32 i = 0; i < used; i++) {
            if (items[i].ready)
                items[i].fd = -1;
        }
    }
out:
    kfree(items);
    return result;
}

static s64 do_select(struct caller *who, s32 n, const u64 sets[3], u64 deadline)
{
    struct fd_sets s = {0};
    u32 count;
    u64 *buffer;
    s64 result = 0;

    if (n < 0)
        return -EINVAL;
    /* What lies beyond the table is ignored; Linux's has at least 64 slots. */
    count = min_t(u32, n, max(handle_table_capacity(who->handles), 64u));
    s.words = DIV_ROUND_UP(count, 64);
    buffer = kmalloc_array(s.words ? 6 * s.words : 1, sizeof(u64),
                           ALLOC_KERNEL | ALLOC_ZERO);
    if (!buffer)
        return -ENOMEM;
    for (int i = 0; i < 3; i++) {
        s.out[i] = buffer + (3 + i) * s.words;
        if (!sets[i])
            continue;
        s.in[i] = buffer + i * s.words;
        if (user_read(who->mm, s.in[i], sets[i], s.words * 8)) {
            result = -EFAULT;
            goto out;
        }
    }
    result = select_items(who, &s, count, deadline);
    for (int i = 0; i < 3 && result >= 0; i++) {
        if (sets[i] && user_write(who->mm, sets[i], s.out[i], s.words * 8))
            result = -EFAULT;
    }
out:
    kfree(buffer);
    return result;
}

s64 sys_select(struct caller *who, const u64 *args)
{
    u64 deadline;
    s64 result = read_timeout(who, args[4], true, &deadline);

    if (result)
        return result;
    result = do_select(who, (s32)args[0], args + 1, deadline);
    write_left(who, args[4], true, deadline);
    return result;
}

s64 sys_pselect6(struct caller *who, const u64 *args)
{
    struct {
        u64 mask, size;
    } pack = {0};
    u64 deadline;
    s64 result;

    if (args[5] && user_read(who->mm, &pack, args[5], sizeof(pack)))
        return -EFAULT;
    result = read_timeout(who, args[4], false, &deadline);
    if (!result)
        result = enter_mask(who, pack.mask, pack.size);
    if (result)
        return result;
    result = do_select(who, (s32)args[0], args + 1, deadline);
    leave_mask(who, pack.mask, result);
    write_left(who, args[4], false, deadline);
    return result;
}
