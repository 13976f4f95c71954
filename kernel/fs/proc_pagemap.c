/*
 * /proc/PID/pagemap: a 64-bit entry for each page of the process's memory
 * (Linux's Documentation/admin-guide/mm/pagemap.rst). Frame numbers are for
 * CAP_SYS_ADMIN only, 0 for others.
 */
#include "core/iter.h"
#include "core/page.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/proc_pid.h"
#include "lib/errno.h"
#include "proc/cred.h"
#include "vm/address_space.h"

#define ENTRY sizeof(u64)

static ssize_t pagemap_copy(struct address_space *mm, struct io_request *req,
                            u64 index, u64 *entries)
{
    bool frames = caller_capable_init(req->caller, CAP_SYS_ADMIN);
    u64 end = ARCH_USER_TOP >> PAGE_SHIFT;
    ssize_t done = 0;

    while (index < end && iter_count(&req->iter)) {
        u64 count = min3(iter_count(&req->iter) / ENTRY, PAGE_SIZE / ENTRY,
                         end - index);
        size_t moved;

        mm_pagemap(mm, index << PAGE_SHIFT, count, frames, entries);
        moved = iter_copy_to(&req->iter, entries, count * ENTRY);
        done += (ssize_t)moved;
        if (moved < count * ENTRY)
            return done ? done : -EFAULT;
        index += count;
    }
    return done;
}

static ssize_t pagemap_read(struct object *obj, struct io_request *req)
{
    struct file *f = container_of(obj, struct file, device.object);
    struct address_space *mm = pid_file_memory(f);
    u64 *entries = kmalloc(PAGE_SIZE, ALLOC_KERNEL);
    s64 pos = file_position_begin(f, req);
    ssize_t result = -EINVAL;

    if (!entries)
        result = -ENOMEM;
    else if (!mm)
        result = 0;
    else if (!((u64)pos % ENTRY) && !(iter_count(&req->iter) % ENTRY))
        result = pagemap_copy(mm, req, (u64)pos / ENTRY, entries);
    file_position_end(f, req, result > 0 ? pos + result : pos);
    kfree(entries);
    if (mm)
        mm_put(mm);
    return result;
}

const struct object_ops pid_pagemap_ops = {
    .name = "pagemap",
    .release = file_release,
    .close_handle = file_close_handle,
    .read = pagemap_read,
    .seek = pid_mem_seek,
};
