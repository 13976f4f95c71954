/* Memory. */
#include "abi/syscall.h"
#include "core/object.h"
#include "core/slab.h"
#include "proc/auxv.h"
#include "proc/pid.h"
#include "proc/pidfd.h"
#include "proc/task.h"
#include "vm/address_space.h"

struct mm_limits abi_mm_limits(struct caller *who)
{
    const struct limit *l = who->task->group->limits;

    return (struct mm_limits){
        .address_space = l[LIMIT_AS].soft,
        .data = l[LIMIT_DATA].soft,
        .stack = l[LIMIT_STACK].soft,
        .memlock = l[LIMIT_MEMLOCK].soft,
        .may_lock = caller_capable_init(who, CAP_IPC_LOCK),
        .may_map_low = caller_capable_init(who, CAP_SYS_RAWIO),
        .admin = caller_capable_init(who, CAP_SYS_ADMIN),
    };
}

/* READ_IMPLIES_EXEC (personality(2)). */
static u32 protection(struct caller *who, u32 prot)
{
    return who->task->personality & READ_IMPLIES_EXEC && prot & PROT_READ
               ? prot | PROT_EXEC
               : prot;
}

s64 sys_mmap(struct caller *who, const u64 *args)
{
    struct mm_limits limits = abi_mm_limits(who);
    struct handle_ref ref;
    s64 result;

    if (args[5] & ~PAGE_MASK)
        return -EINVAL;
    if (args[3] & MAP_ANONYMOUS)
        return mm_map(who, &limits, args[0], args[1],
                      protection(who, (u32)args[2]), (u32)args[3], NULL,
                      args[5]);
    /* Which rights are wanted depends on prot and flags: mm_map() looks. */
    result = handle_get(who, (s32)args[4], RIGHT_NONE, &ref);
    if (!result && ref.object->kind == OBJECT_PATH) {
        handle_done(&ref);
        result = -EBADF;
    }
    if (result)
        return result;
    result =
        mm_map(who, &limits, args[0], args[1], protection(who, (u32)args[2]),
               (u32)args[3], ref.grant, args[5]);
    handle_done(&ref);
    return result;
}

s64 sys_munmap(struct caller *who, const u64 *args)
{
    return mm_unmap(who->mm, args[0], args[1]);
}

s64 sys_mprotect(struct caller *who, const u64 *args)
{
    struct mm_limits limits = abi_mm_limits(who);

    return mm_protect(who->mm, &limits, args[0], args[1],
                      protection(who, (u32)args[2]));
}

s64 sys_pkey_mprotect(struct caller *who, const u64 *args)
{
    struct mm_limits limits = abi_mm_limits(who);

    /* No protection keys: only "none" is a valid one. */
    if ((s32)args[3] != -1)
        return -EINVAL;
    return mm_protect(who->mm, &limits, args[0], args[1],
                      protection(who, (u32)args[2]));
}

s64 sys_mremap(struct caller *who, const u64 *args)
{
    struct mm_limits limits = abi_mm_limits(who);

    return mm_remap(who->mm, &limits, args[0], args[1], args[2], (u32)args[3],
                    args[4]);
}

s64 sys_remap_file_pages(struct caller *who, const u64 *args)
{
    struct mm_limits limits = abi_mm_limits(who);

    if (args[2])
        return -EINVAL;
    return mm_remap_pages(who, &limits, args[0], args[1], args[3],
                          (u32)args[4]);
}

s64 sys_madvise(struct caller *who, const u64 *args)
{
    return mm_advise(who->mm, args[0], args[1], (s32)args[2]);
}

s64 sys_brk(struct caller *who, const u64 *args)
{
    struct mm_limits limits = abi_mm_limits(who);

    return mm_brk(who->mm, &limits, args[0]);
}

s64 sys_msync(struct caller *who, const u64 *args)
{
    return mm_sync(who->mm, args[0], args[1], (u32)args[2]);
}

s64 sys_mlock(struct caller *who, const u64 *args)
{
    struct mm_limits limits = abi_mm_limits(who);

    return mm_lock(who->mm, &limits, args[0], args[1], 0);
}

s64 sys_mlock2(struct caller *who, const u64 *args)
{
    struct mm_limits limits = abi_mm_limits(who);

    if (args[2] & ~(u64)MLOCK_ONFAULT)
        return -EINVAL;
    return mm_lock(who->mm, &limits, args[0], args[1], (u32)args[2]);
}

s64 sys_munlock(struct caller *who, const u64 *args)
{
    return mm_unlock(who->mm, args[0], args[1]);
}

s64 sys_mlockall(struct caller *who, const u64 *args)
{
    struct mm_limits limits = abi_mm_limits(who);

    return mm_lock_all(who->mm, &limits, (u32)args[0]);
}

s64 sys_munlockall(struct caller *who, const u64 *args)
{
    (void)args;
    return mm_unlock_all(who->mm);
}

s64 sys_mincore(struct caller *who, const u64 *args)
{
    u64 at = args[0], pages = DIV_ROUND_UP(args[1], PAGE_SIZE), out = args[2];
    u8 *buffer;
    s64 error = 0;

    if (at & ~PAGE_MASK)
        return -EINVAL;
    if (args[1] > ARCH_USER_TOP || !arch_user_range_ok(at, args[1]))
        return -ENOMEM;
    if (!arch_user_range_ok(out, pages))
        return -EFAULT;
    buffer = page_alloc_kernel(0, ALLOC_KERNEL);
    if (!buffer)
        return -EAGAIN;
    while (pages && !error) {
        u64 n = min_t(u64, pages, PAGE_SIZE);

        error = mm_resident(who->mm, at, n, buffer);
        if (!error && user_write(who->mm, out, buffer, n))
            error = -EFAULT;
        at += n << PAGE_SHIFT;
        out += n;
        pages -= n;
    }
    page_free_kernel(buffer, 0);
    return error;
}

/* ---------------------------------------------------- other processes' memory
 */

#define IOV_MAX 1024

static struct user_segment *read_vector(struct caller *who, u64 address,
                                        u64 count, u64 *total)
{
    struct user_segment *v;

    *total = 0;
    if (count > IOV_MAX)
        return ERR_PTR(-EINVAL);
    if (!count)
        return NULL;
    v = kmalloc_array(count, sizeof(*v), ALLOC_KERNEL);
    if (!v)
        return ERR_PTR(-ENOMEM);
    if (user_read(who->mm, v, address, count * sizeof(*v))) {
        kfree(v);
        return ERR_PTR(-EFAULT);
    }
    for (u64 i = 0; i < count; i++) {
        if ((s64)v[i].length < 0) {
            kfree(v);
            return ERR_PTR(-EINVAL);
        }
        *total += v[i].length;
    }
    return v;
}

/* Move bytes between the caller's segments (an iterator) and other's. */
static s64 transfer(struct address_space *other, const struct user_segment *v,
                    u64 count, struct iter *local, bool write)
{
    u8 *buffer = page_alloc_kernel(0, ALLOC_KERNEL);
    s64 done = 0;

    if (!buffer)
        return -ENOMEM;
    for (u64 i = 0; i < count && iter_count(local); i++) {
        u64 at = v[i].base, left = v[i].length;

        while (left && iter_count(local)) {
            u64 n = min3(left, (u64)iter_count(local),
                         PAGE_SIZE - (at & (PAGE_SIZE - 1)));
            size_t moved;

            if (write) {
                n = iter_copy_from(local, buffer, n);
                moved = mm_access(other, at, buffer, n, true, false);
            } else {
                moved = mm_access(other, at, buffer, n, false, false);
                moved = iter_copy_to(local, buffer, moved);
            }
            done += moved;
            if (!moved || moved < n)
                goto out;
            at += n;
            left -= n;
        }
    }
out:
    page_free_kernel(buffer, 0);
    return done ? done : -EFAULT;
}

static s64 process_vm(struct caller *who, const u64 *args, bool write)
{
    u64 local_total, remote_total;
    struct user_segment *local, *remote;
    struct address_space *mm;
    struct task *t;
    struct iter it;
    s64 result;

    if (args[5])
        return -EINVAL;
    local = read_vector(who, args[1], args[2], &local_total);
    if (IS_ERR(local))
        return PTR_ERR(local);
    remote = read_vector(who, args[3], args[4], &remote_total);
    if (IS_ERR(remote)) {
        kfree(local);
        return PTR_ERR(remote);
    }
    result = 0;
    if (!local_total || !remote_total)
        goto out;
    t = task_find(who, (s32)args[0]);
    if (!t) {
        result = -ESRCH;
        goto out;
    }
    mm = task_access_mm(who, t, TASK_ACCESS_ATTACH);
    result = PTR_ERR_OR_ZERO(mm);
    if (!result) {
        iter_init_vector(&it, who->mm, !write, local, args[2], local_total);
        result = transfer(mm, remote, args[4], &it, write);
        mm_put(mm);
    }
    task_put(t);
out:
    kfree(local);
    kfree(remote);
    return result;
}

s64 sys_process_vm_readv(struct caller *who, const u64 *args)
{
    return process_vm(who, args, false);
}

s64 sys_process_vm_writev(struct caller *who, const u64 *args)
{
    return process_vm(who, args, true);
}

/* --------------------------------------------- advice for another process */

/* The task behind a pidfd; referenced. ERR_PTR. */
static struct task *task_of_pidfd(struct caller *who, s32 fd)
{
    struct handle_ref ref;
    struct task *t;
    struct pid *p;
    int error = handle_get(who, fd, RIGHT_NONE, &ref);

    if (error)
        return ERR_PTR(error);
    p = pidfd_pid(ref.object);
    if (!p) {
        t = ERR_PTR(-EBADF);
    } else {
        rcu_read_lock();
        t = pid_task(p, PID_PROCESS);
        t = t && refcount_inc_not_zero(&t->refs) ? t : ERR_PTR(-ESRCH);
        rcu_read_unlock();
    }
    handle_done(&ref);
    return t;
}

static bool advice_for_others(int advice)
{
    return advice == MADV_COLD || advice == MADV_PAGEOUT ||
           advice == MADV_WILLNEED || advice == MADV_COLLAPSE;
}

static s64 advise_segments(struct address_space *mm,
                           const struct user_segment *v, u64 count, int advice)
{
    s64 done = 0;

    for (u64 i = 0; i < count; i++) {
        int error = mm_advise(mm, v[i].base, v[i].length, advice);

        if (error)
            return done ? done : error;
        done += (s64)v[i].length;
    }
    return done;
}

s64 sys_process_madvise(struct caller *who, const u64 *args)
{
    struct address_space *mm;
    struct user_segment *v;
    struct task *t;
    u64 total;
    s64 result;

    if (args[4])
        return -EINVAL;
    v = read_vector(who, args[1], args[2], &total);
    if (IS_ERR(v))
        return PTR_ERR(v);
    t = task_of_pidfd(who, (s32)args[0]);
    if (IS_ERR(t)) {
        kfree(v);
        return PTR_ERR(t);
    }
    mm = advice_for_others((s32)args[3])
             ? task_access_mm(who, t, TASK_ACCESS_READ)
             : ERR_PTR(-EINVAL);
    result = PTR_ERR_OR_ZERO(mm);
    if (!result) {
        if (mm != who->mm && !caller_capable_init(who, CAP_SYS_NICE))
            result = -EPERM;
        else
            result = advise_segments(mm, v, args[2], (s32)args[3]);
        mm_put(mm);
    }
    task_put(t);
    kfree(v);
    return result;
}

s64 sys_process_mrelease(struct caller *who, const u64 *args)
{
    struct address_space *mm;
    struct task *t;
    s64 result = 0;

    if (args[1])
        return -EINVAL;
    t = task_of_pidfd(who, (s32)args[0]);
    if (IS_ERR(t))
        return PTR_ERR(t);
    mm = task_mm_get(t);
    if (!mm)
        result = -ESRCH;
    else if (!signal_is_fatal_pending(t) && !t->group->group_exiting)
        result = -EINVAL; /* only the dying can do without */
    else
        mm_discard(mm);
    if (mm)
        mm_put(mm);
    task_put(t);
    return result;
}
