/* What concerns the process's environment or the whole system. */
#include <asm/abi.h>

#include "abi/syscall.h"
#include "arch/arch.h"
#include "core/cpu.h"
#include "core/init.h"
#include "core/log.h"
#include "core/object.h"
#include "core/page.h"
#include "core/random.h"
#include "core/slab.h"
#include "core/time.h"
#include "ipc/epoll.h"
#include "lib/string.h"
#include "proc/clock.h"
#include "proc/auxv.h"
#include "proc/clone_flags.h"
#include "proc/exec.h"
#include "proc/pid.h"
#include "proc/posix_timer.h"
#include "proc/task.h"
#include "proc/task_internal.h"
#include "proc/version.h"
#include "vm/address_space.h"

/* ------------------------------------------------------------------- names */

struct abi_utsname {
    char sysname[65], nodename[65], release[65], version[65], machine[65],
        domainname[65];
};
ASSERT_SIZE(struct abi_utsname, 390);

s64 sys_uname(struct caller *who, const u64 *args)
{
    struct uts_namespace *uts = who->ns->uts;
    struct abi_utsname u;

    memset(&u, 0, sizeof(u));
    strscpy(u.sysname, "Linux", sizeof(u.sysname));
    /* UNAME26: for programs that cannot read more (personality(2)). */
    strscpy(u.release,
            who->task->personality & UNAME26 ? "2.6.61-hako" : kernel_release,
            sizeof(u.release));
    strscpy(u.version, kernel_version, sizeof(u.version));
    strscpy(u.machine, arch_machine_name(), sizeof(u.machine));
    read_lock(&uts->lock);
    memcpy(u.nodename, uts->host, sizeof(u.nodename));
    memcpy(u.domainname, uts->domain, sizeof(u.domainname));
    read_unlock(&uts->lock);
    return user_write(who->mm, args[0], &u, sizeof(u));
}

static s64 set_name(struct caller *who, char *name, const u64 *args)
{
    struct uts_namespace *uts = who->ns->uts;
    char text[65];

    if (!cred_capable_ns(who->cred, uts->head.owner, CAP_SYS_ADMIN))
        return -EPERM;
    if ((s32)args[1] < 0 || (s32)args[1] > 64)
        return -EINVAL;
    memset(text, 0, sizeof(text));
    if (user_read(who->mm, text, args[0], (u32)args[1]))
        return -EFAULT;
    write_lock(&uts->lock);
    memcpy(name, text, sizeof(text));
    write_unlock(&uts->lock);
    return 0;
}

s64 sys_sethostname(struct caller *who, const u64 *args)
{
    return set_name(who, who->ns->uts->host, args);
}

s64 sys_setdomainname(struct caller *who, const u64 *args)
{
    return set_name(who, who->ns->uts->domain, args);
}

struct abi_sysinfo {
    s64 uptime;
    u64 loads[3], total_ram, free_ram, shared_ram, buffer_ram, total_swap,
        free_swap;
    u16 processes, pad;
    u32 pad2;
    u64 total_high, free_high;
    u32 unit;
    u8 padding[4];
};
ASSERT_SIZE(struct abi_sysinfo, 112);

s64 sys_sysinfo(struct caller *who, const u64 *args)
{
    struct abi_sysinfo i = {0};
    struct page_stats pages;
    struct sched_stats sched;

    page_stats_get(&pages);
    sched_stats_get(&sched);
    i.uptime =
        DIV_ROUND_UP((s64)time_boottime() + clock_offset(who, CLOCK_BOOTTIME),
                     (s64)NS_PER_SEC);
    for (int k = 0; k < 3; k++)
        i.loads[k] = sched.load[k] << 5; /* SI_LOAD_SHIFT 16, ours 11 */
    i.total_ram = pages.total * PAGE_SIZE;
    i.free_ram = pages.free * PAGE_SIZE;
    i.shared_ram = pages.shmem * PAGE_SIZE;
    i.processes = task_total();
    i.unit = 1;
    return user_write(who->mm, args[0], &i, sizeof(i));
}

/* ----------------------------------------------------------------- randomness
 */

#define GRND_NONBLOCK 1u
#define GRND_RANDOM   2u
#define GRND_INSECURE 4u

s64 sys_getrandom(struct caller *who, const u64 *args)
{
    u64 done = 0, size = min_t(u64, args[1], 0x7fffffff & PAGE_MASK);
    u32 flags = (u32)args[2];
    u8 chunk[256];

    if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
        (flags & (GRND_INSECURE | GRND_RANDOM)) ==
            (GRND_INSECURE | GRND_RANDOM))
        return -EINVAL;
    if (!(flags & GRND_INSECURE) && !random_ready()) {
        int error = flags & GRND_NONBLOCK ? -EAGAIN : random_wait();
        if (error)
            return error;
    }
    while (done < size) {
        size_t n = min_t(u64, sizeof(chunk), size - done);

        random_bytes(chunk, n);
        if (user_write(who->mm, args[0] + done, chunk, n)) {
            u64 rest = PAGE_SIZE - ((args[0] + done) & ~PAGE_MASK);

            /* What reaches up to a page that is not there counts. */
            if (rest < n && !user_write(who->mm, args[0] + done, chunk, rest))
                done += rest;
            done = done ? done : (u64)-EFAULT;
            break;
        }
        done += n;
        if (done >= 256 && signal_is_pending(who->task))
            break;
        cond_resched();
    }
    memzero_explicit(chunk, sizeof(chunk));
    return done;
}

/* ------------------------------------------------------------------- limits */

static int check_limits(struct caller *who, u32 which, const struct limit *old,
                        const struct limit *new)
{
    if (new->soft > new->hard)
        return -EINVAL;
    if (which == LIMIT_NOFILE && new->hard > (u64)READ_ONCE(handle_max))
        return -EPERM;
    if (new->hard > old->hard && !caller_capable_init(who, CAP_SYS_RESOURCE))
        return -EPERM;
    return 0;
}

static int change_limit(struct caller *who, struct task *t, u32 which,
                        const struct limit *new, struct limit *old)
{
    struct thread_group *g = t->group;
    struct task *each;
    int error = 0;

    spin_lock_irq(&g->lock);
    *old = g->limits[which];
    if (new)
        error = check_limits(who, which, old, new);
    if (new && !error) {
        g->limits[which] = *new;
        /* Copies of it that are read on fast paths. */
        list_for_each_entry (each, &g->threads, group_link) {
            each->caller.limit_nofile = g->limits[LIMIT_NOFILE].soft;
            each->caller.limit_fsize = g->limits[LIMIT_FSIZE].soft;
        }
        if (which == LIMIT_STACK && t->mm)
            t->mm->stack_limit = new->soft;
    }
    spin_unlock_irq(&g->lock);
    if (new && !error && which == LIMIT_CPU)
        cpu_limit_changed(g);
    return error;
}

s64 sys_prlimit64(struct caller *who, const u64 *args)
{
    struct limit new, old;
    struct task *t;
    int error;

    if ((u32)args[1] >= LIMIT_COUNT) {
        if (args[2] && user_read(who->mm, &new, args[2], sizeof(new)))
            return -EFAULT;
        return -EINVAL;
    }
    if (args[2] && user_read(who->mm, &new, args[2], sizeof(new)))
        return -EFAULT;
    t = (s32)args[0] ? task_find(who, (s32)args[0]) : task_get(who->task);
    if (!t)
        return -ESRCH;
    error = 0;
    if (t->group != who->task->group) {
        const struct cred *m = who->cred, *c = task_cred_get(t);
        if (!(kuid_equal(m->uid, c->euid) && kuid_equal(m->uid, c->suid) &&
              kuid_equal(m->uid, c->uid) && kgid_equal(m->gid, c->egid) &&
              kgid_equal(m->gid, c->sgid) && kgid_equal(m->gid, c->gid)) &&
            !cred_capable_ns(m, c->user_ns, CAP_SYS_RESOURCE))
            error = -EPERM;
        cred_put(c);
    }
    if (!error)
        error = change_limit(who, t, (u32)args[1], args[2] ? &new : NULL, &old);
    task_put(t);
    if (error || !args[3])
        return error;
    return user_write(who->mm, args[3], &old, sizeof(old));
}

s64 sys_getrlimit(struct caller *who, const u64 *args)
{
    u64 full[4] = {0, args[0], 0, args[1]};

    if ((u32)args[0] >= LIMIT_COUNT)
        return -EINVAL;
    if (!args[1])
        return -EFAULT;
    return sys_prlimit64(who, full);
}

s64 sys_setrlimit(struct caller *who, const u64 *args)
{
    u64 full[4] = {0, args[0], args[1], 0};

    if (!args[1])
        return -EFAULT;
    return sys_prlimit64(who, full);
}

/* -------------------------------------------------------------- personality */

s64 sys_personality(struct caller *who, const u64 *args)
{
    u32 old = who->task->personality;

    if ((u32)args[0] != 0xffffffff)
        who->task->personality = (u32)args[0];
    return old;
}

/* -------------------------------------------------- per-thread registrations
 */

#define MEMBARRIER_QUERY                      0
#define MEMBARRIER_GLOBAL                     BIT(0)
#define MEMBARRIER_GLOBAL_EXPEDITED           BIT(1)
#define MEMBARRIER_REGISTER_GLOBAL_EXPEDITED  BIT(2)
#define MEMBARRIER_PRIVATE_EXPEDITED          BIT(3)
#define MEMBARRIER_REGISTER_PRIVATE_EXPEDITED BIT(4)
#define MEMBARRIER_PRIVATE_SYNC_CORE          BIT(5)
#define MEMBARRIER_REGISTER_PRIVATE_SYNC_CORE BIT(6)
#define MEMBARRIER_ALL                                                      \
    (MEMBARRIER_GLOBAL | MEMBARRIER_GLOBAL_EXPEDITED |                      \
     MEMBARRIER_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_PRIVATE_EXPEDITED |  \
     MEMBARRIER_REGISTER_PRIVATE_EXPEDITED | MEMBARRIER_PRIVATE_SYNC_CORE | \
     MEMBARRIER_REGISTER_PRIVATE_SYNC_CORE)

static void barrier_here(void *unused)
{
    (void)unused;
    smp_mb();
}

/* An interrupt on every other CPU is a full barrier there, and returning from
 * it synchronises the instruction side, too. */
static void barrier_everywhere(void)
{
    smp_mb();
    cpu_call(&cpus_online, barrier_here, NULL);
    smp_mb();
}

s64 sys_membarrier(struct caller *who, const u64 *args)
{
    u32 command = (u32)args[0];
    struct thread_group *g = who->task->group;

    if (args[1])
        return -EINVAL;
    switch (command) {
    case MEMBARRIER_QUERY:
        return MEMBARRIER_ALL;
    case MEMBARRIER_GLOBAL:
    case MEMBARRIER_GLOBAL_EXPEDITED:
        if (cpu_count() > 1)
            barrier_everywhere();
        return 0;
    case MEMBARRIER_PRIVATE_EXPEDITED:
    case MEMBARRIER_PRIVATE_SYNC_CORE:
        if (!(g->membarrier & command))
            return -EPERM;
        if (g->thread_count > 1)
            barrier_everywhere();
        return 0;
    case MEMBARRIER_REGISTER_GLOBAL_EXPEDITED:
        return 0;
    case MEMBARRIER_REGISTER_PRIVATE_EXPEDITED:
    case MEMBARRIER_REGISTER_PRIVATE_SYNC_CORE:
        __atomic_fetch_or(&g->membarrier, command >> 1, __ATOMIC_RELAXED);
        return 0;
    default:
        return -EINVAL;
    }
}

/* ------------------------------------------------------------------ reboot */

#define REBOOT_MAGIC1 0xfee1deadu
static const u32 reboot_magic2[] = {672274793, 85072278, 369367448, 537993216};
enum {
    REBOOT_CAD_OFF = 0x00000000,
    REBOOT_CAD_ON = 0x89ABCDEF,
    REBOOT_RESTART = 0x01234567,
    REBOOT_HALT = 0xCDEF0123,
    REBOOT_POWER_OFF = 0x4321FEDC,
    REBOOT_RESTART2 = 0xA1B2C3D4,
};

s64 sys_reboot(struct caller *who, const u64 *args)
{
    bool known = false;

    if (!caller_capable_init(who, CAP_SYS_BOOT))
        return -EPERM;
    for (size_t i = 0; i < ARRAY_SIZE(reboot_magic2); i++)
        known |= (u32)args[1] == reboot_magic2[i];
    if ((u32)args[0] != REBOOT_MAGIC1 || !known)
        return -EINVAL;
    switch ((u32)args[2]) {
    case REBOOT_CAD_OFF:
    case REBOOT_CAD_ON:
        return 0;
    case REBOOT_RESTART2: {
        char text[256];
        if (user_read_string(who->mm, text, args[3], sizeof(text)) == -EFAULT)
            return -EFAULT;
        machine_reboot();
    }
    case REBOOT_RESTART:
        machine_reboot();
    case REBOOT_HALT:
        machine_halt();
    case REBOOT_POWER_OFF:
        machine_power_off();
    default:
        return -EINVAL;
    }
}

/* -------------------------------------------------------------------- kcmp */

enum {
    KCMP_FILE,
    KCMP_VM,
    KCMP_FILES,
    KCMP_FS,
    KCMP_SIGHAND,
    KCMP_IO,
    KCMP_SYSVSEM,
    KCMP_EPOLL_TFD
};

static s64 compare(const void *a, const void *b)
{
    return a == b ? 0 : (u64)a < (u64)b ? 1 : 2;
}

static s64 compare_files(struct caller *who, struct task *a, struct task *b,
                         int fd_a, int fd_b)
{
    struct caller as = *who, bs = *who;
    struct handle_ref ra, rb;
    s64 result = -EBADF;

    as.handles = task_handles_get(a);
    bs.handles = task_handles_get(b);
    if (as.handles && bs.handles && !handle_get(&as, fd_a, RIGHT_NONE, &ra)) {
        if (!handle_get(&bs, fd_b, RIGHT_NONE, &rb)) {
            result = compare(ra.object, rb.object);
            handle_done(&rb);
        }
        handle_done(&ra);
    }
    if (as.handles)
        handle_table_put(as.handles, who);
    if (bs.handles)
        handle_table_put(bs.handles, who);
    return result;
}

struct abi_kcmp_epoll_slot {
    u32 efd, tfd, toff;
};

/* Is b's watched object the same as a's handle fd? */
static s64 compare_epoll(struct caller *who, struct task *a, struct task *b,
                         int fd, u64 slot_address)
{
    struct abi_kcmp_epoll_slot slot;
    struct caller as = *who, bs = *who;
    struct handle_ref ra, rb;
    const void *target;
    s64 result = -EBADF;

    if (user_read(who->mm, &slot, slot_address, sizeof(slot)))
        return -EFAULT;
    as.handles = task_handles_get(a);
    bs.handles = task_handles_get(b);
    if (as.handles && bs.handles && !handle_get(&as, fd, RIGHT_NONE, &ra)) {
        if (!handle_get(&bs, (s32)slot.efd, RIGHT_NONE, &rb)) {
            result = -EINVAL;
            if (object_is_epoll(rb.object)) {
                target = epoll_target(rb.object, (s32)slot.tfd, slot.toff);
                result = IS_ERR(target) ? PTR_ERR(target)
                                        : compare(ra.object, target);
            }
            handle_done(&rb);
        }
        handle_done(&ra);
    }
    if (as.handles)
        handle_table_put(as.handles, who);
    if (bs.handles)
        handle_table_put(bs.handles, who);
    return result;
}

s64 sys_kcmp(struct caller *who, const u64 *args)
{
    struct task *a = task_find(who, (s32)args[0]);
    struct task *b = task_find(who, (s32)args[1]);
    s64 result = -ESRCH;

    if (!a || !b)
        goto out;
    result = task_may_access(who, a, TASK_ACCESS_READ);
    if (!result)
        result = task_may_access(who, b, TASK_ACCESS_READ);
    if (result)
        goto out;
    switch ((s32)args[2]) {
    case KCMP_FILE:
        result = compare_files(who, a, b, (s32)args[3], (s32)args[4]);
        break;
    case KCMP_VM:
        result = compare(a->mm, b->mm);
        break;
    case KCMP_FILES:
        result = compare(a->handles, b->handles);
        break;
    case KCMP_FS:
        result = compare(a->fs, b->fs);
        break;
    case KCMP_SIGHAND:
        result = compare(a->handlers, b->handlers);
        break;
    case KCMP_EPOLL_TFD:
        result = compare_epoll(who, a, b, (s32)args[3], args[4]);
        break;
    case KCMP_SYSVSEM:
        result = compare(a->sem_undo, b->sem_undo);
        break;
    case KCMP_IO:
        result = compare(NULL, NULL);
        break;
    default:
        result = -EINVAL;
        break;
    }
    /* One that became another program meanwhile is not told of. */
    if (task_may_access(who, a, TASK_ACCESS_READ) ||
        task_may_access(who, b, TASK_ACCESS_READ))
        result = -EPERM;
out:
    if (a)
        task_put(a);
    if (b)
        task_put(b);
    return result;
}
