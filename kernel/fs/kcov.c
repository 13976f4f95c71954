/*
 * /dev/kcov (fuzz build): the interface of Linux's kcov
 * (Documentation/dev-tools/kcov.rst): KCOV_INIT_TRACE with a number of words,
 * mmap of as many, KCOV_ENABLE with KCOV_TRACE_PC for the calling thread,
 * KCOV_DISABLE.
 */
#include "core/coverage.h"

#include "core/device.h"
#include "core/init.h"
#include "core/page.h"
#include "core/sched.h"
#include "core/slab.h"
#include "fs/file.h"
#include "lib/errno.h"
#include "proc/task.h"
#include "vm/mapping.h"

#ifdef CONFIG_FUZZ
#define KCOV_INIT_TRACE 0x80086301u /* _IOR('c', 1, unsigned long) */
#define KCOV_ENABLE     0x6364u     /* _IO('c', 100) */
#define KCOV_DISABLE    0x6365u     /* _IO('c', 101) */
#define WORDS_MAX       (1u << 18)
#define KCOV_MAJOR      10
#define KCOV_MINOR      200

struct kcov {
    mutex_t lock; /* guards what follows */
    struct coverage_area area;
    unsigned order; /* of area.words */
};

static struct kcov *kcov_of(struct object *obj)
{
    return device_file(obj)->private;
}

static int allocate(struct kcov *k, u64 words)
{
    if (words < 2 || words > WORDS_MAX)
        return -EINVAL;
    if (k->area.words)
        return -EBUSY;
    while ((PAGE_SIZE << k->order) < words * sizeof(u64))
        k->order++;
    k->area.words = page_alloc_kernel(k->order, ALLOC_ZERO);
    if (!k->area.words)
        return -ENOMEM;
    k->area.size = words;
    return 0;
}

static int enable(struct kcov *k, u64 mode)
{
    struct thread *t = thread_current();

    if (mode)
        return -EINVAL;
    if (!k->area.words)
        return -EINVAL;
    if (k->area.owner || t->coverage)
        return -EBUSY;
    k->area.owner = t;
    k->area.words[0] = 0;
    WRITE_ONCE(t->coverage, &k->area);
    return 0;
}

static int disable(struct kcov *k)
{
    struct thread *t = thread_current();

    if (k->area.owner != t)
        return -EINVAL;
    WRITE_ONCE(t->coverage, NULL);
    k->area.owner = NULL;
    return 0;
}

static long kcov_ioctl(struct object *obj, struct caller *who, u32 cmd, u64 arg)
{
    struct kcov *k = kcov_of(obj);
    int result;

    (void)who;
    mutex_lock(&k->lock);
    switch (cmd) {
    case KCOV_INIT_TRACE:
        result = allocate(k, arg);
        break;
    case KCOV_ENABLE:
        result = enable(k, arg);
        break;
    case KCOV_DISABLE:
        result = disable(k);
        break;
    default:
        result = -ENOTTY;
    }
    mutex_unlock(&k->lock);
    return result;
}

static int kcov_frame(void *data, u64 index, pfn_t *pfn, u32 *attributes)
{
    struct kcov *k = data;

    if (index >= 1UL << k->order)
        return -ENXIO;
    *pfn = (arch_virt_to_phys(k->area.words) >> PAGE_SHIFT) + index;
    *attributes = 0;
    return 0;
}

static const struct frame_ops kcov_frames = {kcov_frame};

static int kcov_mmap(struct object *obj, struct mapping_request *map)
{
    struct kcov *k = kcov_of(obj);

    if (!k->area.words || !map->shared ||
        map->offset + map->length > PAGE_SIZE << k->order)
        return -EINVAL;
    map->frames = &kcov_frames;
    map->frames_data = k;
    return 0;
}

static const struct object_ops kcov_ops = {
    .name = "kcov",
    .release = file_release,
    .close_handle = file_close_handle,
    .ioctl = kcov_ioctl,
    .mmap = kcov_mmap,
};

static int kcov_open(struct device *d, struct device_file *file,
                     struct caller *who)
{
    struct kcov *k = kzalloc(sizeof(*k), ALLOC_KERNEL);

    (void)d, (void)who;
    if (!k)
        return -ENOMEM;
    mutex_init(&k->lock, "kcov");
    file->private = k;
    return 0;
}

static void kcov_closed(struct device *d, struct device_file *file)
{
    struct kcov *k = file->private;

    (void)d;
    /* A thread that ends while it is traced leaves its owner behind: the
     * structure goes, the pointer in the thread was cleared by task exit. */
    if (k->area.owner == thread_current())
        WRITE_ONCE(k->area.owner->coverage, NULL);
    if (k->area.words)
        page_free_kernel(k->area.words, k->order);
    kfree(k);
}

static struct device kcov_device = {
    .kind = DEVICE_CHARACTER,
    .major = KCOV_MAJOR,
    .minor = KCOV_MINOR,
    .count = 1,
    .name = "kcov",
    .node = "kcov",
    .node_mode = 0666,
    .ops = &kcov_ops,
    .open = kcov_open,
    .closed = kcov_closed,
};

static int kcov_init(void)
{
    return device_register(&kcov_device);
}
INITCALL(fs, kcov_init);
#endif
