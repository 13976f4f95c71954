/*
 * /proc/<pid>/fail-nth (debug build), as on Linux
 * (Documentation/fault-injection): the n-th allocation that the thread makes
 * from now on fails; read back, it tells how many are left until then, 0 once
 * it failed. Allocates nothing itself, so that it counts nothing.
 */
#include "core/fault_inject.h"
#include "fs/file.h"
#include "fs/proc_pid.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "proc/task.h"

#ifdef CONFIG_DEBUG
#define DIGITS_MAX 16

static struct task *task_of(struct object *obj)
{
    return proc_task(container_of(obj, struct file, device.object)->inode);
}

static ssize_t fail_read(struct object *obj, struct io_request *req)
{
    struct file *f = container_of(obj, struct file, device.object);
    struct task *t = task_of(obj);
    char text[DIGITS_MAX];
    size_t n, moved;
    s64 pos;

    if (!t)
        return -ESRCH;
    n = (size_t)snprintf(text, sizeof(text), "%u\n",
                         fault_inject_task_left(&t->thread));
    task_put(t);
    pos = file_position_begin(f, req);
    if (pos < 0 || (u64)pos >= n) {
        file_position_end(f, req, pos);
        return 0;
    }
    n = min(n - (size_t)pos, iter_count(&req->iter));
    moved = iter_copy_to(&req->iter, text + pos, n);
    file_position_end(f, req, pos + (s64)moved);
    return moved || !n ? (ssize_t)moved : -EFAULT;
}

static ssize_t fail_write(struct object *obj, struct io_request *req)
{
    size_t n = iter_count(&req->iter);
    char text[DIGITS_MAX];
    struct task *t;
    u32 value;

    if (n >= sizeof(text))
        return -EINVAL;
    if (iter_copy_from(&req->iter, text, n) != n)
        return -EFAULT;
    text[n] = 0;
    if (kstrtou32(text, 0, &value))
        return -EINVAL;
    t = task_of(obj);
    if (!t)
        return -ESRCH;
    fault_inject_task(&t->thread, value);
    task_put(t);
    return (ssize_t)n;
}

const struct object_ops pid_fail_nth_ops = {
    .name = "fail-nth",
    .release = file_release,
    .close_handle = file_close_handle,
    .read = fail_read,
    .write = fail_write,
    .seek = file_seek,
};
#endif
