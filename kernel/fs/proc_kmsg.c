/* /proc/kmsg. */
#include "core/caller.h"
#include "core/init.h"
#include "core/log.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/kmsg.h"
#include "fs/procfs.h"
#include "fs/sysctl.h"
#include "lib/errno.h"
#include "proc/cred.h"

struct kmsg_place kmsg_shared = {.lock =
                                     MUTEX_INIT(kmsg_shared.lock, "syslog")};
s32 kmsg_restricted = 1;

/* Whole records, as many as fit. */
static ssize_t kmsg_read(struct object *obj, struct io_request *req)
{
    size_t room = min(iter_count(&req->iter), (size_t)PAGE_SIZE);
    char *chunk;
    ssize_t n;
    int error;

    (void)obj;
    if (req->flags & REQ_NOWAIT &&
        READ_ONCE(kmsg_shared.next) >= log_next_sequence())
        return -EAGAIN;
    error = wait_event_interruptible(
        &log_new_record, READ_ONCE(kmsg_shared.next) < log_next_sequence());
    if (error)
        return error;
    chunk = kmalloc(PAGE_SIZE, ALLOC_KERNEL);
    if (!chunk)
        return -ENOMEM;
    mutex_lock(&kmsg_shared.lock);
    n = log_read(&kmsg_shared.next, chunk, room);
    mutex_unlock(&kmsg_shared.lock);
    if (n > 0 && iter_copy_to(&req->iter, chunk, (size_t)n) != (size_t)n)
        n = -EFAULT;
    kfree(chunk);
    return n;
}

static u32 kmsg_poll(struct object *obj, struct poll_table *table)
{
    (void)obj;
    poll_register(table, &log_new_record);
    return READ_ONCE(kmsg_shared.next) < log_next_sequence()
               ? POLLIN | POLLRDNORM
               : 0;
}

static int kmsg_open(struct caller *who, struct inode *inode, struct file *file)
{
    (void)inode;
    (void)file;
    return caller_capable_init(who, CAP_SYSLOG) ||
                   caller_capable_init(who, CAP_SYS_ADMIN)
               ? 0
               : -EPERM;
}

static const struct object_ops kmsg_ops = {
    .name = "kmsg",
    .read = kmsg_read,
    .poll = kmsg_poll,
};

static const struct pseudo_file_ops kmsg_file = {
    .ops = &kmsg_ops,
    .open = kmsg_open,
};

static const struct sysctl entries[] = {
    SYSCTL_INT("kernel/dmesg_restrict", 0644, &kmsg_restricted, 0, 1),
};

static int proc_kmsg_init(void)
{
    int error = proc_add_file("kmsg", 0400, &kmsg_file, NULL);

    return error ? error : sysctl_add(entries, ARRAY_SIZE(entries));
}
INITCALL(fs, proc_kmsg_init);
