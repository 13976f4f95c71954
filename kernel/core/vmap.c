/*
 * Kernel virtual address ranges: vmalloc, device mappings, kernel stacks. The
 * range that the port gives is cut into areas, free ones in a tree by address
 * that knows the largest area below each node, used ones in a tree by start.
 * Each used area ends with an unmapped guard page.
 */
#include "core/log.h"
#include "core/page.h"
#include "core/sched.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/rbtree.h"
#include "lib/string.h"

struct area {
    struct rb_node node;
    u64 start, size;     /* bytes; a used one's guard page included */
    u64 largest;         /* free tree: size of the largest in the subtree */
    struct page **pages; /* vmalloc: owned pages */
    u32 page_count;
};

/* Guards both trees; a leaf. */
static spinlock_t area_lock = SPINLOCK_INIT("vmap");
static struct rb_root free_areas = {NULL}, used_areas = {NULL};
static struct slab_cache *area_cache;
static u64 vmalloc_total;

static void largest_update(struct rb_node *node)
{
    struct area *a = rb_entry(node, struct area, node);
    u64 largest = a->size;

    if (node->left)
        largest =
            max(largest, rb_entry(node->left, struct area, node)->largest);
    if (node->right)
        largest =
            max(largest, rb_entry(node->right, struct area, node)->largest);
    a->largest = largest;
}
static const struct rb_augment by_largest = {largest_update};

static void tree_add(struct rb_root *root, struct area *a, bool augmented)
{
    struct rb_node **link = &root->node, *parent = NULL;

    while (*link) {
        parent = *link;
        link = a->start < rb_entry(parent, struct area, node)->start
                   ? &parent->left
                   : &parent->right;
    }
    rb_link_node(&a->node, parent, link);
    if (augmented) {
        a->largest = a->size;
        rb_insert_augmented(&a->node, root, &by_largest);
    } else {
        rb_insert_color(&a->node, root);
    }
}

static struct area *used_find(u64 va)
{
    struct rb_node *n = used_areas.node;

    while (n) {
        struct area *a = rb_entry(n, struct area, node);

        if (va < a->start)
            n = n->left;
        else if (va >= a->start + a->size)
            n = n->right;
        else
            return a;
    }
    return NULL;
}

/* The lowest free area that holds `size`. */
static struct area *free_find(u64 size)
{
    struct rb_node *n = free_areas.node;

    if (!n || rb_entry(n, struct area, node)->largest < size)
        return NULL;
    for (;;) {
        struct area *a = rb_entry(n, struct area, node);

        if (n->left && rb_entry(n->left, struct area, node)->largest >= size)
            n = n->left;
        else if (a->size >= size)
            return a;
        else
            n = n->right;
    }
}

/* `size` bytes and a guard page. NULL: no memory, or no addresses left. */
static struct area *area_alloc(u64 size)
{
    struct area *a = slab_zalloc(area_cache, 0), *from, *used_up = NULL;

    if (!a)
        return NULL;
    size += PAGE_SIZE;
    spin_lock(&area_lock);
    from = free_find(size);
    if (!from) {
        spin_unlock(&area_lock);
        slab_free(area_cache, a);
        return NULL;
    }
    a->start = from->start;
    a->size = size;
    if (from->size == size) {
        rb_erase_augmented(&from->node, &free_areas, &by_largest);
        used_up = from;
    } else {
        /* Its place among its neighbours stays the same. */
        from->start += size;
        from->size -= size;
        rb_propagate(&from->node, &by_largest);
    }
    tree_add(&used_areas, a, false);
    spin_unlock(&area_lock);
    if (used_up)
        slab_free(area_cache, used_up);
    return a;
}

/* Gives an unmapped area back, joined with its free neighbours. */
static void area_free(struct area *a)
{
    struct area *joined[2] = {NULL, NULL};
    struct rb_node *n;

    spin_lock(&area_lock);
    rb_erase(&a->node, &used_areas);
    tree_add(&free_areas, a, true);
    n = rb_next(&a->node);
    if (n && rb_entry(n, struct area, node)->start == a->start + a->size) {
        joined[0] = rb_entry(n, struct area, node);
        rb_erase_augmented(n, &free_areas, &by_largest);
        a->size += joined[0]->size;
    }
    n = rb_prev(&a->node);
    if (n) {
        struct area *p = rb_entry(n, struct area, node);

        if (p->start + p->size == a->start) {
            joined[1] = p;
            rb_erase_augmented(n, &free_areas, &by_largest);
            a->start = p->start;
            a->size += p->size;
        }
    }
    rb_propagate(&a->node, &by_largest);
    spin_unlock(&area_lock);
    for (unsigned i = 0; i < 2; i++)
        if (joined[i])
            slab_free(area_cache, joined[i]);
}

static struct area *used_get(const void *va, const char *what)
{
    struct area *a;

    spin_lock(&area_lock);
    a = used_find((u64)va);
    spin_unlock(&area_lock);
    if (!a)
        panic("%s: %p is not mapped\n", what, va);
    return a;
}

void vmap_init(void)
{
    u64 start, end;
    struct area *all;

    area_cache = slab_cache_create("vmap_area", sizeof(struct area), 0);
    arch_vmap_range(&start, &end);
    all = slab_zalloc(area_cache, ALLOC_NOFAIL);
    if (!all)
        panic("vmap: no memory\n");
    all->start = start + PAGE_SIZE; /* a guard page below the first */
    all->size = end - start - PAGE_SIZE;
    tree_add(&free_areas, all, true);
}

/* ----------------------------------------------------------------- vmalloc */

static void pages_drop(struct page **pages, u32 n)
{
    for (u32 i = 0; i < n; i++)
        page_put(pages[i]);
}

static int map_all(u64 va, struct page *const *pages, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int error = arch_kernel_map(va + i * PAGE_SIZE,
                                    page_to_pfn(pages[i]) << PAGE_SHIFT,
                                    PAGE_SIZE, MAP_PROT_READ | MAP_PROT_WRITE);
        if (error) {
            if (i)
                arch_kernel_unmap(va, i * PAGE_SIZE);
            return error;
        }
    }
    return 0;
}

void *vmap_pages(struct page *const *pages, size_t n)
{
    struct area *a = area_alloc(n << PAGE_SHIFT);

    if (!a)
        return NULL;
    if (map_all(a->start, pages, n)) {
        area_free(a);
        return NULL;
    }
    return (void *)a->start;
}

void vunmap_pages(void *va)
{
    struct area *a = used_get(va, "vunmap_pages");

    arch_kernel_unmap(a->start, a->size - PAGE_SIZE);
    area_free(a);
}

void *vmalloc(size_t size, u32 flags)
{
    size_t n = DIV_ROUND_UP(size, PAGE_SIZE);
    struct page **pages;
    u32 got = 0;
    void *va;

    might_sleep();
    if (!n || n > U32_MAX || n > page_total_count())
        return NULL;
    pages = kvmalloc(n * sizeof(pages[0]), flags & ~(u32)ALLOC_ZERO);
    if (!pages)
        return NULL;
    while (got < n) {
        pages[got] = page_alloc(0, flags);
        if (!pages[got])
            goto out_drop;
        got++;
    }
    va = vmap_pages(pages, n);
    if (!va)
        goto out_drop;
    {
        struct area *a = used_get(va, "vmalloc");

        a->pages = pages;
        a->page_count = got;
    }
    __atomic_fetch_add(&vmalloc_total, n, __ATOMIC_RELAXED);
    return va;

out_drop:
    pages_drop(pages, got);
    kvfree(pages);
    return NULL;
}

void vfree(const void *p)
{
    struct area *a;

    if (!p)
        return;
    a = used_get(p, "vfree");
    arch_kernel_unmap(a->start, a->size - PAGE_SIZE);
    pages_drop(a->pages, a->page_count);
    __atomic_fetch_sub(&vmalloc_total, a->page_count, __ATOMIC_RELAXED);
    kvfree(a->pages);
    a->pages = NULL;
    area_free(a);
}

struct page *vmalloc_to_page(const void *p)
{
    struct area *a = used_get(p, "vmalloc_to_page");

    return a->pages[((u64)p - a->start) >> PAGE_SHIFT];
}

u64 vmalloc_pages(void)
{
    return READ_ONCE(vmalloc_total);
}

static bool is_vmap(const void *p)
{
    u64 start, end;

    arch_vmap_range(&start, &end);
    return (u64)p >= start && (u64)p < end;
}

void *kvmalloc(size_t size, u32 flags)
{
    void *p;

    if (size <= PAGE_SIZE)
        return kmalloc(size, flags);
    /* Not worth reclaiming for: pages in any place will do. */
    p = kmalloc(size, flags | ALLOC_NOCLAIM);
    return p ? p : vmalloc(size, flags);
}

void kvfree(const void *p)
{
    if (is_vmap(p))
        vfree(p);
    else
        kfree(p);
}

/* ----------------------------------------------------------------- devices */

void *vmap_device(paddr_t pa, size_t size, bool write_combine)
{
    u64 offset = pa & ~PAGE_MASK;
    struct area *a;
    size_t bytes;

    if (!size || check_add_overflow(size, offset + PAGE_SIZE - 1, &bytes))
        return NULL;
    bytes &= PAGE_MASK;
    /* Firmware's tables may name any address. */
    if (pa >= arch_phys_end() || bytes > arch_phys_end() - (pa - offset))
        return NULL;
    a = area_alloc(bytes);
    if (!a)
        return NULL;
    if (arch_kernel_map(a->start, pa - offset, bytes,
                        MAP_PROT_READ | MAP_PROT_WRITE |
                            (write_combine ? MAP_ATTR_WC : MAP_ATTR_DEVICE))) {
        area_free(a);
        return NULL;
    }
    return (void *)(a->start + offset);
}

void vunmap_device(void *va)
{
    if (va)
        vunmap_pages(va);
}

/* ------------------------------------------------------------------ stacks */

#define STACK_PAGES (KERNEL_STACK_SIZE / PAGE_SIZE)
#define STACKS_KEPT 32 /* at most; fewer where memory is small */
static struct {
    spinlock_t lock; /* a leaf */
    u32 count;
    void *stacks[STACKS_KEPT];
} stack_cache = {.lock = SPINLOCK_INIT("stack_cache")};

void *stack_alloc(void)
{
    void *stack = NULL;

    spin_lock(&stack_cache.lock);
    if (stack_cache.count)
        stack = stack_cache.stacks[--stack_cache.count];
    spin_unlock(&stack_cache.lock);
    if (!stack) {
        stack = vmalloc(KERNEL_STACK_SIZE, 0);
        if (stack)
            page_count(PAGES_STACK, STACK_PAGES);
    }
    return stack;
}

void stack_free(void *stack)
{
    spin_lock(&stack_cache.lock);
    if (stack_cache.count <
        clamp(page_total_count() / 4096, 4UL, (u64)STACKS_KEPT)) {
        stack_cache.stacks[stack_cache.count++] = stack;
        stack = NULL;
    }
    spin_unlock(&stack_cache.lock);
    if (stack) {
        vfree(stack);
        page_count(PAGES_STACK, -(s64)STACK_PAGES);
    }
}
