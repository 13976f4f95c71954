#include "core/random.h"
#include "core/time.h"
#include "vm/vma.h"

/*
 * The vDSO: core's data page(s) with the image right above them, somewhere
 * between the stack and the top of the address space, as Linux places it.
 */

static int data_frame(void *data, u64 index, pfn_t *pfn, u32 *attributes)
{
    (void)data;
    (void)attributes;
    if (index)
        return -ENXIO;
    *pfn = page_to_pfn(time_vdso_page());
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

int mm_map_vdso(struct address_space *mm, u64 random)
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
    r = mm_map_frames(mm, (u64)at, PAGE_SIZE,
                      VMA_READ | VMA_MAYREAD | VMA_VVAR | VMA_DONTDUMP,
                      &data_frames, NULL);
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
