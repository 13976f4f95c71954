#include "core/random.h"
#include "core/time.h"
#include "vm/vma.h"

/*
 * The vDSO: core's data page(s) with the image right above them, somewhere
 * between the stack and the top of the address space, as Linux places it.
 */

static int data_frame(void *data, u64 index, pfn_t *pfn, u32 *attributes)
{
    (void)attributes;
    if (index)
        return -ENXIO;
    *pfn = page_to_pfn(data ? time_vdso_ask_page() : time_vdso_page());
    return 0;
}

static int image_frame(void *data, u64 index, pfn_t *pfn, u32 *attributes)
{
    const void *image;
    size_t size;

    (void)data;
    (void)attributes;
    arch_vdso_image(&image, &size);
    if (index >= DIV_ROUND_UP(size, PAGE_SIZE))
        return -ENXIO;
    *pfn = arch_virt_to_phys((const u8 *)image + (index << PAGE_SHIFT)) >>
           PAGE_SHIFT;
    return 0;
}

static const struct frame_ops data_frames = {data_frame};
static const struct frame_ops image_frames = {image_frame};

/* Above the stack, if there is room: so it does not cut the mapping area. */
static s64 choose_place(struct address_space *mm, u64 length, u64 random)
{
    u64 low = round_up(mm->stack_start, PAGE_SIZE);
    u64 high = min((low + (1UL << 30)) & ~((1UL << 21) - 1), ARCH_USER_TOP);
    struct vma *vma;
    u64 at;

    if (!mm->stack_start || low + length > high)
        return mm_choose_address(mm, 0, length);
    at = low + random % (((high - length - low) >> PAGE_SHIFT) + 1) * PAGE_SIZE;
    vma = mm_find_vma(mm, at);
    if (vma && vma_start_gap(vma) < at + length)
        return mm_choose_address(mm, 0, length);
    return (s64)at;
}

static s64 map_data(struct address_space *mm, u64 at, bool ask_kernel)
{
    return mm_map_frames(mm, at, PAGE_SIZE,
                         VMA_READ | VMA_MAYREAD | VMA_VVAR | VMA_DONTDUMP,
                         &data_frames, ask_kernel ? mm : NULL);
}

int mm_vdso_ask_kernel(struct address_space *mm, bool ask_kernel)
{
    u64 at = mm->vdso - PAGE_SIZE;
    struct vma *vma;
    bool there;
    s64 r;

    if (!mm->vdso)
        return 0;
    read_lock(&mm->lock);
    vma = mm_find_vma(mm, at);
    there = vma && vma->start <= at && vma->flags & VMA_VVAR;
    read_unlock(&mm->lock);
    if (!there) /* the program unmapped it */
        return 0;
    r = mm_unmap(mm, at, PAGE_SIZE);
    if (!r)
        r = map_data(mm, at, ask_kernel);
    return r < 0 ? (int)r : 0;
}

int mm_map_vdso(struct address_space *mm, u64 random, bool ask_kernel)
{
    const void *image;
    size_t size;
    u64 length;
    s64 at, r;

    arch_vdso_image(&image, &size);
    if (!image || !size)
        return 0;
    length = round_up(size, PAGE_SIZE);
    read_lock(&mm->lock);
    at = choose_place(mm, length + PAGE_SIZE, random);
    read_unlock(&mm->lock);
    if (at < 0)
        return (int)at;
    r = map_data(mm, (u64)at, ask_kernel);
    if (r < 0)
        return (int)r;
    r = mm_map_frames(mm, (u64)at + PAGE_SIZE, length,
                      VMA_READ | VMA_EXEC | VMA_MAYREAD | VMA_MAYWRITE |
                          VMA_MAYEXEC | VMA_VDSO,
                      &image_frames, NULL);
    if (r < 0) {
        (void)mm_unmap(mm, (u64)at, PAGE_SIZE);
        return (int)r;
    }
    mm->vdso = (u64)r;
    return 0;
}
