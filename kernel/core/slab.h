/*
 * Kernel memory below a page: kmalloc and typed caches.
 *
 * Per-CPU magazines in front of per-cache slabs. kmalloc() serves up to 2 MiB
 * (large sizes go to the page allocator). Debug builds poison free memory,
 * check red zones, and fail the Nth allocation (core/fault_inject.h).
 */
#ifndef CORE_SLAB_H
#define CORE_SLAB_H

#include "lib/types.h"
#include "core/page.h" /* ALLOC_* */

struct slab_cache;

void slab_init(void);
void *kmalloc(size_t size, u32 flags) __attribute__((alloc_size(1), malloc));
static inline void *kzalloc(size_t size, u32 flags)
{
    return kmalloc(size, flags | ALLOC_ZERO);
}
void *kmalloc_array(size_t n, size_t size, u32 flags); /* overflow: NULL */
void *krealloc(void *p, size_t size, u32 flags);
char *kstrdup(const char *s, u32 flags);
void *kmemdup(const void *p, size_t n, u32 flags);
void kfree(const void *p); /* NULL is fine */
size_t ksize(const void *p);

/* `name` is a literal. align 0: 16. Panics when there is no memory, so call it
 * at start. */
struct slab_cache *slab_cache_create(const char *name, size_t size,
                                     size_t align);
void *slab_alloc(struct slab_cache *c, u32 flags);
static inline void *slab_zalloc(struct slab_cache *c, u32 flags)
{
    return slab_alloc(c, flags | ALLOC_ZERO);
}
void slab_free(struct slab_cache *c, void *p);
/* /proc/slabinfo: call fn for each cache. */
void slab_for_each(void (*fn)(void *ctx, const char *name, size_t object_size,
                              u64 used, u64 total),
                   void *ctx);
/* Give empty slabs back; pages freed. */
u64 slab_shrink(void);

/*
 * Virtually contiguous kernel memory with a guard page on each side. May sleep.
 */
void *vmalloc(size_t size, u32 flags);
void vfree(const void *p);
/* The page behind an address of vmalloc()ed memory. */
struct page *vmalloc_to_page(const void *p);
/* Map device memory; NULL on failure. Any alignment of pa. */
void *vmap_device(paddr_t pa, size_t size, bool write_combine);
void vunmap_device(void *va);
/* Map pages read-write, one after the other; NULL on failure. The caller keeps
 * the references. */
void *vmap_pages(struct page *const *pages, size_t n);
void vunmap_pages(void *va);
/* kmalloc() if it is small or there is a block, else vmalloc(). */
void *kvmalloc(size_t size, u32 flags);
static inline void *kvzalloc(size_t size, u32 flags)
{
    return kvmalloc(size, flags | ALLOC_ZERO);
}
void kvfree(const void *p);
u64 vmalloc_pages(void); /* in use */
void vmap_init(void);

#endif
