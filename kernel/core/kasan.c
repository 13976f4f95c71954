#include "core/kasan.h"

#include "core/log.h"
#include "core/page.h"
#include "lib/compiler.h"
#include "lib/string.h"

#ifdef CONFIG_DEBUG

#define GRANULE         8
#define POISON          ((s8)-1)
#define CHUNK_SHIFT     (PAGE_SHIFT + 3) /* what one page of shadow covers */
#define CHUNKS_PER_PAGE (PAGE_SIZE / sizeof(s8 *))
#define REPORTS_MAX     20

/* By chunk of RAM; NULL: nothing is known of it. Two levels. */
static s8 ***chunks;
static u64 chunk_count;
static u32 reports;

/* The shadow of an address, or NULL. */
static inline s8 *shadow_of(u64 address)
{
    u64 offset = address - (u64)arch_phys_to_virt(0);
    u64 chunk = offset >> CHUNK_SHIFT;
    s8 **page;

    if (chunk >= chunk_count)
        return NULL;
    page = chunks[chunk / CHUNKS_PER_PAGE];
    if (!page || !page[chunk % CHUNKS_PER_PAGE])
        return NULL;
    return page[chunk % CHUNKS_PER_PAGE] + (offset / GRANULE & (PAGE_SIZE - 1));
}

static void fill(const void *p, size_t n, s8 value)
{
    u64 address = (u64)p, end = address + n;

    while (address < end) {
        u64 next = min(end, (address | ((1UL << CHUNK_SHIFT) - 1)) + 1);
        s8 *shadow = shadow_of(address);

        if (shadow)
            memset(shadow, value, (next - address) / GRANULE);
        address = next;
    }
}

void kasan_poison(const void *p, size_t n)
{
    fill(p, n, POISON);
}

void kasan_unpoison(const void *p, size_t n)
{
    size_t whole = n & ~(size_t)(GRANULE - 1);
    s8 *last;

    fill(p, whole, 0);
    if (n == whole)
        return;
    last = shadow_of((u64)p + whole);
    if (last)
        *last = (s8)(n - whole);
}

static void add_chunk(u64 chunk)
{
    s8 ***slot = &chunks[chunk / CHUNKS_PER_PAGE];

    if (!*slot)
        *slot = page_alloc_kernel(0, ALLOC_ZERO | ALLOC_ATOMIC);
    if (*slot && !(*slot)[chunk % CHUNKS_PER_PAGE])
        (*slot)[chunk % CHUNKS_PER_PAGE] =
            page_alloc_kernel(0, ALLOC_ZERO | ALLOC_ATOMIC);
}

void kasan_init(const struct boot_info *info)
{
    u64 end = 0;
    unsigned order = 0;

    for (u32 i = 0; i < info->region_count; i++)
        if (info->regions[i].kind == BOOT_RAM)
            end = max(end, info->regions[i].start + info->regions[i].size);
    end = (end >> CHUNK_SHIFT) + 1;
    while ((PAGE_SIZE << order) / sizeof(*chunks) * CHUNKS_PER_PAGE < end)
        order++;
    chunks = page_alloc_kernel(order, ALLOC_ZERO | ALLOC_ATOMIC);
    if (!chunks)
        return;
    for (u32 i = 0; i < info->region_count; i++) {
        const struct boot_region *r = &info->regions[i];

        if (r->kind != BOOT_RAM)
            continue;
        for (u64 c = r->start >> CHUNK_SHIFT;
             c <= (r->start + r->size - 1) >> CHUNK_SHIFT; c++)
            add_chunk(c);
    }
    __atomic_store_n(&chunk_count, end, __ATOMIC_RELEASE);
}

/* --------------------------------------------------------------- checking */

static __noinline void complain(u64 address, size_t size, bool write, u64 pc)
{
    char name[80];

    if (__atomic_fetch_add(&reports, 1, __ATOMIC_RELAXED) >= REPORTS_MAX)
        return;
    log_err("KASAN: %s of %zu bytes at %#lx, which is free, by %s\n",
            write ? "write" : "read", size, address,
            arch_symbol_name(pc, name, sizeof(name)));
    log_backtrace();
}

static inline bool is_bad(u64 address, size_t size)
{
    u64 last = address + size - 1;
    s8 *shadow;

    /* The first byte, the last one, and what lies between. */
    for (u64 at = address & ~(u64)(GRANULE - 1); at <= last; at += GRANULE) {
        shadow = shadow_of(at);
        if (unlikely(shadow && *shadow) &&
            (*shadow < 0 || (s64)(min(last, at + GRANULE - 1) - at) >= *shadow))
            return true;
    }
    return false;
}

static inline void check(u64 address, size_t size, bool write, u64 pc)
{
    if (likely(chunk_count) && size && unlikely(is_bad(address, size)))
        complain(address, size, write, pc);
}

#define PC ((u64)__builtin_return_address(0))

#define ACCESS(n)                          \
    void __asan_load##n##_noabort(u64 a);  \
    void __asan_load##n##_noabort(u64 a)   \
    {                                      \
        check(a, n, false, PC);            \
    }                                      \
    void __asan_store##n##_noabort(u64 a); \
    void __asan_store##n##_noabort(u64 a)  \
    {                                      \
        check(a, n, true, PC);             \
    }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __asan_loadN_noabort(u64 a, size_t n);
void __asan_loadN_noabort(u64 a, size_t n)
{
    check(a, n, false, PC);
}

void __asan_storeN_noabort(u64 a, size_t n);
void __asan_storeN_noabort(u64 a, size_t n)
{
    check(a, n, true, PC);
}

void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
}

/* clang calls these for what it knows to be memcpy and the like. */
void *__asan_memcpy(void *d, const void *s, size_t n);
void *__asan_memcpy(void *d, const void *s, size_t n)
{
    check((u64)s, n, false, PC);
    check((u64)d, n, true, PC);
    return memcpy(d, s, n);
}

void *__asan_memmove(void *d, const void *s, size_t n);
void *__asan_memmove(void *d, const void *s, size_t n)
{
    check((u64)s, n, false, PC);
    check((u64)d, n, true, PC);
    return memmove(d, s, n);
}

void *__asan_memset(void *d, int c, size_t n);
void *__asan_memset(void *d, int c, size_t n)
{
    check((u64)d, n, true, PC);
    return memset(d, c, n);
}

#endif
