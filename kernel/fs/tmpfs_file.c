/*
 * tmpfs: regular files, their sizes and holes, memfd and seals.
 */
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/mount.h"
#include "fs/tmpfs.h"
#include "fs/vfs.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "vm/memory_object.h"
#include "vm/mman.h"

#define SEAL_MASK \
    (SEAL_SEAL | SEAL_SHRINK | SEAL_GROW | SEAL_WRITE | SEAL_FUTURE_WRITE)

#define FALLOC_KEEP_SIZE  0x01u
#define FALLOC_PUNCH_HOLE 0x02u
#define SEEK_DATA         3

/* A page that fallocate made and nobody has written to: SEEK_DATA passes over
 * it. Reading from a store never fails here, so its bit is free. */
#define PAGE_ONLY_ROOM PAGE_ERROR

static int tmpfs_set_size(struct inode *inode, s64 size)
{
    struct mapping *m = inode->mapping;
    u32 seals = tmpfs_inode(inode)->seals;

    if (size < m->size && seals & SEAL_SHRINK)
        return -EPERM;
    if (size > m->size && seals & SEAL_GROW)
        return -EPERM;
    if (size < m->size) {
        WRITE_ONCE(m->size, size);
        mapping_truncate(m, size, S64_MAX);
    } else {
        WRITE_ONCE(m->size, size);
    }
    inode_touch_modified(inode);
    return 0;
}

static int tmpfs_set_attributes(struct inode *inode,
                                const struct set_attributes *set)
{
    if (set->valid & SET_SIZE) {
        int error = tmpfs_set_size(inode, set->size);

        if (error)
            return error;
    }
    inode_apply_attributes(inode, set);
    return 0;
}

/* Make pages of [start, end) exist. On failure the new ones go again. */
static int allocate_range(struct inode *inode, s64 start, s64 end)
{
    struct mapping *m = inode->mapping;
    u64 first = (u64)start >> PAGE_SHIFT;
    u64 last = DIV_ROUND_UP((u64)end, PAGE_SIZE);

    for (u64 index = first; index < last; index++) {
        struct page *page = mapping_find(m, index);
        int error = 0;

        if (page) {
            page_put(page);
            continue;
        }
        page = mapping_get_for_write(m, index, false);
        error = PTR_ERR_OR_ZERO(page);
        if (error) {
            if (index > first && (s64)(first << PAGE_SHIFT) >= m->size)
                mapping_truncate(m, (s64)(first << PAGE_SHIFT),
                                 (s64)(index << PAGE_SHIFT));
            return error;
        }
        page_set(page, PAGE_ONLY_ROOM);
        tmpfs_inode(inode)->allocated = true;
        page_unlock(page);
        page_put(page);
    }
    return 0;
}

static int tmpfs_fallocate(struct caller *who, struct inode *inode, u32 mode,
                           s64 offset, s64 length)
{
    struct mapping *m = inode->mapping;
    u32 seals = tmpfs_inode(inode)->seals;
    s64 end = offset + length;
    int error;

    (void)who;
    if (mode & ~(FALLOC_KEEP_SIZE | FALLOC_PUNCH_HOLE))
        return -EOPNOTSUPP;
    if (mode & FALLOC_PUNCH_HOLE) {
        if (seals & (SEAL_WRITE | SEAL_FUTURE_WRITE))
            return -EPERM;
        mapping_truncate(m, offset, end);
        inode_touch_modified(inode);
        return 0;
    }
    if (seals & SEAL_GROW && end > m->size)
        return -EPERM;
    error = allocate_range(inode, offset, end);
    if (error)
        return error;
    if (!(mode & FALLOC_KEEP_SIZE) && end > m->size)
        WRITE_ONCE(m->size, end);
    inode_touch_modified(inode);
    return 0;
}

/* Is the page data: present, and more than room that fallocate made? */
static bool is_data(struct inode *inode, const struct page *page)
{
    return !tmpfs_inode(inode)->allocated || !page_test(page, PAGE_ONLY_ROOM);
}

/* The first page >= *index that is data; false: none. */
static bool next_data(struct inode *inode, u64 *index)
{
    for (;; ++*index) {
        struct page *page = mapping_next(inode->mapping, index);
        bool data;

        if (!page)
            return false;
        data = is_data(inode, page);
        page_put(page);
        if (data)
            return true;
    }
}

/* The first page >= index that is not. */
static u64 next_hole(struct inode *inode, u64 index)
{
    struct mapping *m = inode->mapping;
    u64 end;

    if (!tmpfs_inode(inode)->allocated)
        return mapping_next_hole(m, index);
    for (end = mapping_next_hole(m, index); index < end; index++) {
        struct page *page = mapping_find(m, index);
        bool data = page && is_data(inode, page);

        if (page)
            page_put(page);
        if (!data)
            break;
    }
    return index;
}

static s64 tmpfs_seek_extent(struct inode *inode, s64 offset, int whence)
{
    s64 size = READ_ONCE(inode->mapping->size), found;
    u64 index;

    if (offset < 0 || offset >= size)
        return -ENXIO;
    index = (u64)offset >> PAGE_SHIFT;
    if (whence == SEEK_DATA) {
        if (!next_data(inode, &index))
            return -ENXIO;
    } else {
        index = next_hole(inode, index);
    }
    found = (s64)(index << PAGE_SHIFT);
    if (whence == SEEK_DATA && found >= size)
        return -ENXIO;
    return clamp(found, offset, size);
}

/* Bytes [start, end) were written: their pages are data now. */
static void became_data(struct inode *inode, s64 start, s64 end)
{
    for (u64 index = (u64)start >> PAGE_SHIFT; (s64)(index << PAGE_SHIFT) < end;
         index++) {
        struct page *page = mapping_find(inode->mapping, index);

        if (!page)
            continue;
        page_clear(page, PAGE_ONLY_ROOM);
        page_put(page);
    }
}

static ssize_t write_into_room(struct object *obj, struct io_request *req)
{
    struct file *f = container_of(obj, struct file, device.object);
    bool append = atomic_load(&obj->flags) & OBJ_APPEND;
    ssize_t n = file_write_mapping(obj, req);
    s64 end;

    if (n <= 0)
        return n;
    end = append                      ? inode_size(f->inode)
          : req->flags & REQ_POSITION ? req->pos + n
                                      : f->pos;
    became_data(f->inode, max(end - n, 0L), end);
    return n;
}

/* Under the inode's lock, as seals are added. */
static int tmpfs_may_write(struct inode *inode, s64 pos, struct iter *it)
{
    u32 seals = tmpfs_inode(inode)->seals;

    if (likely(!(seals & (SEAL_WRITE | SEAL_FUTURE_WRITE | SEAL_GROW))))
        return 0;
    if (seals & (SEAL_WRITE | SEAL_FUTURE_WRITE))
        return -EPERM;
    if (pos + (s64)iter_count(it) <= inode_size(inode))
        return 0;
    if (pos >= inode_size(inode))
        return -EPERM;
    iter_truncate(it, (size_t)(inode_size(inode) - pos));
    return 0;
}

static ssize_t tmpfs_write(struct object *obj, struct io_request *req)
{
    struct file *f = container_of(obj, struct file, device.object);

    if (likely(!tmpfs_inode(f->inode)->allocated))
        return file_write_mapping(obj, req);
    return write_into_room(obj, req);
}

static int tmpfs_mmap(struct object *obj, struct mapping_request *map)
{
    struct file *f = container_of(obj, struct file, device.object);
    u32 seals = READ_ONCE(tmpfs_inode(f->inode)->seals);

    if (map->shared && seals & (SEAL_WRITE | SEAL_FUTURE_WRITE)) {
        if (map->prot & PROT_WRITE)
            return -EPERM;
        map->max_prot &= ~(u32)PROT_WRITE;
    }
    /* Stores through a mapping are not seen: all counts as data from now on. */
    if (map->shared && f->access & FILE_WRITE)
        tmpfs_inode(f->inode)->allocated = false;
    return file_mmap_mapping(obj, map);
}

static int tmpfs_fsync(struct file *f, s64 start, s64 end, bool data_only)
{
    (void)f;
    (void)start;
    (void)end;
    (void)data_only;
    return 0; /* memory is as stable as it gets */
}

static const struct object_ops tmpfs_file_ops = {
    .name = "file",
    .release = file_release,
    .close_handle = file_close_handle,
    .read = file_read_mapping,
    .write = tmpfs_write,
    .seek = file_seek,
    .mmap = tmpfs_mmap,
};

const struct inode_ops tmpfs_file_inode_ops = {
    .file_ops = &tmpfs_file_ops,
    .set_attributes = tmpfs_set_attributes,
    .get_attributes = tmpfs_common_get_attributes,
    .xattr_get = tmpfs_xattr_get,
    .xattr_set = tmpfs_xattr_set,
    .xattr_remove = tmpfs_xattr_remove,
    .xattr_list = tmpfs_xattr_list,
    .fallocate = tmpfs_fallocate,
    .may_write = tmpfs_may_write,
    .fsync = tmpfs_fsync,
    .seek_extent = tmpfs_seek_extent,
};

/* ------------------------------------------------------- unnamed files -- */

static struct mount *unnamed_mount(void)
{
    static struct mount *mnt;
    static mutex_t lock = MUTEX_INIT(lock, "unnamed_mount");
    struct mount *m;

    mutex_lock(&lock);
    if (!mnt) {
        m = mount_internal(&tmpfs_type, "size=0,nr_inodes=0");
        if (!IS_ERR(m))
            mnt = m;
    } else {
        m = mnt;
    }
    mutex_unlock(&lock);
    return m;
}

struct file *tmpfs_unnamed_file(struct caller *who, const char *name, s64 size,
                                u32 mode)
{
    struct mount *mnt = unnamed_mount();
    struct inode *inode;

    if (IS_ERR(mnt))
        return ERR_CAST(mnt);
    inode = tmpfs_new_inode(who, mnt->sb, NULL, S_IFREG | mode, 0);
    if (IS_ERR(inode))
        return ERR_CAST(inode);
    inode->nlink = 0;
    inode->mapping->size = size;
    return file_open_unnamed(who, mnt, name, inode, OPEN_READ | OPEN_WRITE);
}

struct grant *tmpfs_memfd_create(struct caller *who, const char *name,
                                 bool sealing, bool exec)
{
    char full[NAME_MAX + 8];
    struct file *f;

    snprintf(full, sizeof(full), "/memfd:%s", name);
    f = tmpfs_unnamed_file(who, full, 0, exec ? 0777 : 0666);
    if (IS_ERR(f))
        return ERR_CAST(f);
    inode_set_flag(f->inode, INODE_PRIVATE);
    if (sealing)
        tmpfs_inode(f->inode)->seals = 0;
    return grant_create(file_object(f), file_rights(f));
}

static bool has_seals(struct file *f)
{
    return f->inode->ops == &tmpfs_file_inode_ops;
}

int tmpfs_get_seals(struct file *f)
{
    return has_seals(f) ? (int)tmpfs_inode(f->inode)->seals : -EINVAL;
}

int tmpfs_add_seals(struct file *f, u32 seals)
{
    struct tmpfs_inode *ti;
    int error = 0;

    if (!(f->access & FILE_WRITE))
        return -EPERM;
    if (seals & ~SEAL_MASK || !has_seals(f))
        return -EINVAL;
    ti = tmpfs_inode(f->inode);
    write_lock(&f->inode->lock);
    if (ti->seals & SEAL_SEAL)
        error = -EPERM;
    else if (seals & SEAL_WRITE && !(ti->seals & SEAL_WRITE))
        error = mapping_deny_writable(f->inode->mapping);
    if (!error)
        ti->seals |= seals;
    write_unlock(&f->inode->lock);
    return error;
}
