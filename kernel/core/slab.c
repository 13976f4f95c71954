#include "core/slab.h"

#include "core/cpu.h"
#include "core/fault_inject.h"
#include "core/kasan.h"
#include "core/lock.h"
#include "core/log.h"
#include "lib/errno.h"
#include "lib/string.h"

/*
 * A slab is a block of pages cut into equal objects. What is known about it is
 * in its first struct page: the list of free objects (each holds the address
 * of the next), how many are in use, links to the cache's other slabs that have
 * free objects, and the cache's number. Full slabs are on no list.
 *
 * Each CPU has two magazines per cache, one for threads and one for interrupts,
 * so neither needs interrupts off.
 */
#define CACHES_MAX   96
#define MAGAZINE_MAX 24

struct magazine {
    u32 count, limit;
    void *objects[];
};

struct slab_cache {
    struct magazine **magazines; /* [cpu * 2 + in_interrupt()] */
    u32 size;                    /* of an object as it lies in the slab */
    u32 object_size;             /* as the user sees it */
    u16 offset;                  /* debug: bytes of red zone in front */
    u16 number;
    u8 order;
    u8 empty_slabs;   /* on the list with no object in use */
    u16 per_slab;     /* objects */
    spinlock_t lock;  /* guards the slabs and all below */
    u32 partial;      /* frame number of the first, 0: none */
    u64 slabs, taken; /* slabs in all; objects out of them */
    const char *name;
};

static struct slab_cache caches[CACHES_MAX];
static u32 cache_count;
static spinlock_t caches_lock = SPINLOCK_INIT("slab_caches");

/* --------------------------------------------------------------- checking */

#ifdef CONFIG_DEBUG
#define DEBUG_SLAB 1
#define RED_ZONE   16
#define RED_BYTE   0xbb
#define FREE_BYTE  0x6b
#define USED_BYTE  0xa5
#define MARK_USED  0x6475736544657375UL
#define MARK_FREE  0x65657246646165ddUL

/* The red zone in front holds the free-list link and this mark. */
static u64 *mark_of(void *object)
{
    return (u64 *)object + 1;
}

static void debug_fresh(struct slab_cache *c, void *object)
{
    *mark_of(object) = MARK_FREE;
    memset((u8 *)object + c->offset, FREE_BYTE, c->size - c->offset - RED_ZONE);
    memset((u8 *)object + c->size - RED_ZONE, RED_BYTE, RED_ZONE);
}

/* By hand: to the address sanitizer nobody else may read this. */
static void debug_red_zone(struct slab_cache *c, u8 *object, const char *when)
{
    const u8 *zone = object + c->size - RED_ZONE;
    bool bad = false;

    for (u32 i = 0; i < RED_ZONE; i++)
        bad |= zone[i] != RED_BYTE;
    if (bad)
        panic("slab %s: written behind object %p, seen at %s\n", c->name,
              object + RED_ZONE, when);
}

static void debug_alloc(struct slab_cache *c, u8 *object)
{
    u8 *bad;

    if (*mark_of(object) != MARK_FREE)
        panic("slab %s: free object %p is damaged\n", c->name,
              object + c->offset);
    bad = memchr_inv(object + c->offset, FREE_BYTE,
                     c->size - c->offset - RED_ZONE);
    if (bad)
        panic("slab %s: object %p was written while free, offset %ld: %02x\n",
              c->name, object + c->offset, bad - object - c->offset, *bad);
    debug_red_zone(c, object, "allocation");
    *mark_of(object) = MARK_USED;
    memset(object + c->offset, USED_BYTE, c->object_size);
}

static void debug_free(struct slab_cache *c, u8 *object)
{
    if (*mark_of(object) != MARK_USED)
        panic("slab %s: object %p freed twice or not an object\n", c->name,
              object + c->offset);
    debug_red_zone(c, object, "free");
    *mark_of(object) = MARK_FREE;
    memset(object + c->offset, FREE_BYTE, c->size - c->offset - RED_ZONE);
}
#else
#define DEBUG_SLAB 0
#define RED_ZONE   0
static inline void debug_fresh(struct slab_cache *c, void *object)
{
    (void)c;
    (void)object;
}
static inline void debug_alloc(struct slab_cache *c, void *object)
{
    (void)c;
    (void)object;
}
static inline void debug_free(struct slab_cache *c, void *object)
{
    (void)c;
    (void)object;
}
#endif

/* ------------------------------------------------------------------ slabs */

static struct page *head_of(const void *p)
{
    struct page *page = virt_to_page(p);

    return page_test(page, PAGE_TAIL) ? page->head : page;
}

static void partial_add(struct slab_cache *c, struct page *p)
{
    u32 pfn = (u32)page_to_pfn(p);

    p->slab_link.next = c->partial;
    p->slab_link.prev = 0;
    if (c->partial)
        pfn_to_page(c->partial)->slab_link.prev = pfn;
    c->partial = pfn;
}

static void partial_remove(struct slab_cache *c, struct page *p)
{
    if (p->slab_link.next)
        pfn_to_page(p->slab_link.next)->slab_link.prev = p->slab_link.prev;
    if (p->slab_link.prev)
        pfn_to_page(p->slab_link.prev)->slab_link.next = p->slab_link.next;
    else
        c->partial = p->slab_link.next;
}

static struct page *slab_create(struct slab_cache *c, u32 flags)
{
    struct page *p = page_alloc(c->order, flags & ~(u32)ALLOC_ZERO);
    u8 *at;
    void *next = NULL;

    if (!p)
        return NULL;
    page_set(p, PAGE_SLAB);
    p->charge = c->number;
    for (unsigned i = 1; i < 1u << c->order; i++) {
        atomic_store(&p[i].flags, PAGE_TAIL);
        p[i].head = p;
    }
    at = (u8 *)page_address(p) + (size_t)c->per_slab * c->size;
    for (unsigned i = 0; i < c->per_slab; i++) {
        at -= c->size;
        *(void **)at = next;
        debug_fresh(c, at);
        next = at;
    }
    kasan_poison(page_address(p), PAGE_SIZE << c->order);
    p->slab = next;
    p->slab_used = 0;
    p->slab_total = c->per_slab;
    page_count(PAGES_SLAB, 1L << c->order);
    return p;
}

static void slab_destroy(struct slab_cache *c, struct page *p)
{
    for (unsigned i = 1; i < 1u << c->order; i++) {
        atomic_store(&p[i].flags, 0);
        p[i].mapping = NULL;
    }
    p->charge = 0;
    atomic_store(&p->mapcount, 0);
    page_clear(p, PAGE_SLAB);
    page_count(PAGES_SLAB, -(1L << c->order));
    page_free(p, c->order);
}

/* Up to n objects out of slabs that have some. Lock held. */
static u32 objects_take(struct slab_cache *c, void **out, u32 n)
{
    u32 got = 0;

    while (got < n && c->partial) {
        struct page *p = pfn_to_page(c->partial);

        if (!p->slab_used)
            c->empty_slabs--;
        while (got < n && p->slab) {
            out[got++] = p->slab;
            p->slab = *(void **)p->slab;
            p->slab_used++;
        }
        if (!p->slab)
            partial_remove(c, p);
    }
    c->taken += got;
    return got;
}

/* Give objects back to their slabs; slabs that are empty then, but for one,
 * go back to the page allocator. */
static void objects_give(struct slab_cache *c, void **objects, u32 n)
{
    unsigned long flags = spin_lock_irqsave(&c->lock);
    struct page *doomed = NULL;

    c->taken -= n;
    for (u32 i = 0; i < n; i++) {
        struct page *p = head_of(objects[i]);

        if (!p->slab)
            partial_add(c, p);
        *(void **)objects[i] = p->slab;
        p->slab = objects[i];
        if (--p->slab_used)
            continue;
        if (c->empty_slabs) {
            partial_remove(c, p);
            p->head = doomed;
            doomed = p;
            c->slabs--;
        } else {
            c->empty_slabs++;
        }
    }
    spin_unlock_irqrestore(&c->lock, flags);
    while (doomed) {
        struct page *next = doomed->head;

        slab_destroy(c, doomed);
        doomed = next;
    }
}

static u32 objects_get(struct slab_cache *c, void **out, u32 n, u32 flags)
{
    unsigned long irq = spin_lock_irqsave(&c->lock);
    u32 got = objects_take(c, out, n);
    struct page *p;

    spin_unlock_irqrestore(&c->lock, irq);
    if (got)
        return got;
    p = slab_create(c, flags);
    if (!p)
        return 0;
    irq = spin_lock_irqsave(&c->lock);
    c->slabs++;
    c->empty_slabs++;
    partial_add(c, p);
    got = objects_take(c, out, n);
    spin_unlock_irqrestore(&c->lock, irq);
    return got;
}

/* -------------------------------------------------------------- magazines */

static inline struct magazine *magazine_here(struct slab_cache *c)
{
    return c->magazines[cpu_current() * 2 + in_interrupt()];
}

/* Outside of preemption-off, since a new slab may be waited for. */
static __noinline void *alloc_slow(struct slab_cache *c, u32 flags)
{
    void *objects[MAGAZINE_MAX / 2];
    u32 want = max(c->magazines[0]->limit / 2, 1u), got, keep;
    struct magazine *m;

    got = objects_get(c, objects, min(want, (u32)ARRAY_SIZE(objects)), flags);
    if (!got)
        return NULL;
    preempt_disable();
    m = magazine_here(c);
    for (keep = got; keep > 1 && m->count < m->limit; keep--)
        m->objects[m->count++] = objects[keep - 1];
    preempt_enable();
    if (keep > 1)
        objects_give(c, objects + 1, keep - 1);
    return objects[0];
}

static inline u8 *magazine_take(struct magazine *m)
{
#ifdef CONFIG_DEBUG
    /* The one that has been free longest, so that a late use of a freed object
     * finds it free still. */
    u8 *oldest = m->objects[0];

    m->count--;
    memmove(m->objects, m->objects + 1, m->count * sizeof(m->objects[0]));
    return oldest;
#else
    return m->objects[--m->count];
#endif
}

static inline void *object_alloc(struct slab_cache *c, u32 flags)
{
    struct magazine *m;
    u8 *object;

    if (!(flags & ALLOC_ATOMIC))
        might_sleep();
    if (fault_inject_should_fail(flags))
        return NULL;
    preempt_disable();
    m = magazine_here(c);
    if (likely(m->count)) {
        object = magazine_take(m);
        preempt_enable();
    } else {
        preempt_enable();
        object = alloc_slow(c, flags);
        if (unlikely(!object))
            return NULL;
    }
    kasan_unpoison(object + c->offset, c->size - c->offset - RED_ZONE);
    debug_alloc(c, object);
    object += c->offset;
    if (flags & ALLOC_ZERO)
        memset(object, 0, c->object_size);
    return object;
}

static __noinline void free_slow(struct slab_cache *c, struct magazine *m,
                                 void *object)
{
    void *old[MAGAZINE_MAX / 2];
    u32 n = max(m->limit / 2, 1u);

    n = min(n, (u32)ARRAY_SIZE(old));
    memcpy(old, m->objects, n * sizeof(old[0]));
    memmove(m->objects, m->objects + n, (m->count - n) * sizeof(old[0]));
    m->count -= n;
    m->objects[m->count++] = object;
    preempt_enable();
    objects_give(c, old, n);
}

static inline void object_free(struct slab_cache *c, void *p)
{
    u8 *object = (u8 *)p - c->offset;
    struct magazine *m;

    if (DEBUG_SLAB)
        kasan_unpoison(p, c->size - c->offset - RED_ZONE);
    debug_free(c, object);
    kasan_poison(p, c->size - c->offset - RED_ZONE);
    preempt_disable();
    m = magazine_here(c);
    if (unlikely(m->count >= m->limit)) {
        free_slow(c, m, object);
        return;
    }
    m->objects[m->count++] = object;
    preempt_enable();
}

void *slab_alloc(struct slab_cache *c, u32 flags)
{
    return object_alloc(c, flags);
}

void slab_free(struct slab_cache *c, void *p)
{
    object_free(c, p);
}

/* ----------------------------------------------------------------- caches */

/* Memory for magazines: never given back. */
static void *permanent_alloc(size_t size)
{
    static u8 *at;
    static size_t left;
    void *p;

    size = round_up(size, 64UL);
    if (left < size) {
        unsigned order = 0;

        while ((PAGE_SIZE << order) < size)
            order++;
        at = page_alloc_kernel(order, ALLOC_ZERO | ALLOC_NOFAIL);
        left = PAGE_SIZE << order;
        page_count(PAGES_SLAB, 1L << order);
    }
    p = at;
    at += size;
    left -= size;
    return p;
}

static void magazines_create(struct slab_cache *c)
{
    u32 limit = c->size <= 128   ? MAGAZINE_MAX
                : c->size <= 512 ? MAGAZINE_MAX / 2
                                 : MAGAZINE_MAX / 4;

    if (page_total_count() < 32UL * 1024 * 1024 / PAGE_SIZE)
        limit = max(limit / 2, 4u);
    c->magazines = permanent_alloc(cpu_count() * 2 * sizeof(void *));
    for (u32 i = 0; i < cpu_count() * 2; i++) {
        u32 n = i % 2 ? limit / 4 + 1 : limit;
        struct magazine *m =
            permanent_alloc(sizeof(*m) + n * sizeof(m->objects[0]));

        m->limit = n;
        c->magazines[i] = m;
    }
}

/* The smallest order that wastes at most an eighth. */
static void choose_order(struct slab_cache *c)
{
    for (c->order = 0; c->order < 3; c->order++) {
        size_t bytes = PAGE_SIZE << c->order;

        if (bytes / c->size >= 4 && bytes % c->size <= bytes / 8)
            break;
    }
    c->per_slab = (u16)((PAGE_SIZE << c->order) / c->size);
}

struct slab_cache *slab_cache_create(const char *name, size_t size,
                                     size_t align)
{
    struct slab_cache *c;
    spin_lock(&caches_lock);
    if (cache_count == CACHES_MAX)
        panic("slab: too many caches at %s\n", name);
    c = &caches[cache_count];
    c->number = (u16)cache_count;
    spin_unlock(&caches_lock);
    c->name = name;
    c->object_size = (u32)max(size, sizeof(void *));
    align = max(align, sizeof(void *) * 2);
    /* The red zone in front keeps the alignment. */
    c->offset = RED_ZONE ? (u16)align : 0;
    c->size = (u32)round_up(c->offset + c->object_size + RED_ZONE, align);
    spin_init(&c->lock, "slab_cache");
    choose_order(c);
    magazines_create(c);
    spin_lock(&caches_lock);
    cache_count++;
    spin_unlock(&caches_lock);
    return c;
}

void slab_for_each(void (*fn)(void *ctx, const char *name, size_t object_size,
                              u64 used, u64 total),
                   void *ctx)
{
    for (u32 i = 0; i < READ_ONCE(cache_count); i++) {
        struct slab_cache *c = &caches[i];
        u64 used = READ_ONCE(c->taken);

        for (u32 m = 0; m < cpu_count() * 2; m++)
            used -= min((u64)READ_ONCE(c->magazines[m]->count), used);
        fn(ctx, c->name, c->object_size, used,
           READ_ONCE(c->slabs) * c->per_slab);
    }
}

/* This CPU's magazines and every cache's spare slab. */
u64 slab_shrink(void)
{
    u64 before = page_count_read(PAGES_SLAB), after;

    for (u32 i = 0; i < READ_ONCE(cache_count); i++) {
        struct slab_cache *c = &caches[i];
        void *objects[MAGAZINE_MAX];
        struct magazine *m;
        unsigned long flags;
        struct page *spare = NULL;
        u32 n;

        preempt_disable();
        m = magazine_here(c);
        n = m->count;
        memcpy(objects, m->objects, n * sizeof(objects[0]));
        m->count = 0;
        preempt_enable();
        objects_give(c, objects, n);
        flags = spin_lock_irqsave(&c->lock);
        for (u32 pfn = c->partial; pfn && c->empty_slabs;) {
            struct page *p = pfn_to_page(pfn);

            pfn = p->slab_link.next;
            if (p->slab_used)
                continue;
            partial_remove(c, p);
            c->empty_slabs--;
            c->slabs--;
            spare = p;
        }
        spin_unlock_irqrestore(&c->lock, flags);
        if (spare)
            slab_destroy(c, spare);
    }
    after = page_count_read(PAGES_SLAB);
    return before > after ? before - after : 0;
}

/* ---------------------------------------------------------------- kmalloc */

#define CLASS_LIMIT 2048
static const u16 class_sizes[] = {16,  32,  48,  64,  96,   128,  192,
                                  256, 384, 512, 768, 1024, 1536, 2048};
static const char *const class_names[] = {
    "kmalloc-16",  "kmalloc-32",   "kmalloc-48",   "kmalloc-64",  "kmalloc-96",
    "kmalloc-128", "kmalloc-192",  "kmalloc-256",  "kmalloc-384", "kmalloc-512",
    "kmalloc-768", "kmalloc-1024", "kmalloc-1536", "kmalloc-2048"};
static struct slab_cache *class_caches[ARRAY_SIZE(class_sizes)];
static u8 class_of_16[CLASS_LIMIT / 16 + 1]; /* by size in units of 16, up */

void slab_init(void)
{
    u32 class = 0;

    for (u32 i = 0; i < ARRAY_SIZE(class_sizes); i++)
        class_caches[i] =
            slab_cache_create(class_names[i], class_sizes[i],
                              min(class_sizes[i] & -class_sizes[i], 64));
    for (u32 units = 0; units <= CLASS_LIMIT / 16; units++) {
        if (units * 16 > class_sizes[class])
            class ++;
        class_of_16[units] = (u8) class;
    }
}

static unsigned large_order(size_t size)
{
    return size <= PAGE_SIZE ? 0 : fls64((size - 1) >> PAGE_SHIFT);
}

static void *large_alloc(size_t size, u32 flags)
{
    unsigned order = large_order(size);
    struct page *p;

    if (order > MAX_ORDER)
        return NULL;
    p = page_alloc(order, flags);
    if (!p)
        return NULL;
    page_set(p, PAGE_HEAD);
    page_count(PAGES_SLAB, 1L << order);
    return page_address(p);
}

/* What was not asked for is out of bounds (debug build). */
static inline void *cut(void *p, size_t size)
{
    if (DEBUG_SLAB && p) {
        kasan_poison(p, ksize(p));
        /* Strings are read by whole words. */
        kasan_unpoison(p, round_up(size, 8));
    }
    return p;
}

void *kmalloc(size_t size, u32 flags)
{
    if (unlikely(size > CLASS_LIMIT))
        return large_alloc(size, flags);
    return cut(object_alloc(class_caches[class_of_16[(size + 15) / 16]], flags),
               size);
}

void *kmalloc_array(size_t n, size_t size, u32 flags)
{
    size_t bytes;

    if (check_mul_overflow(n, size, &bytes))
        return NULL;
    return kmalloc(bytes, flags);
}

void kfree(const void *p)
{
    struct page *page;

    if (!p)
        return;
    page = head_of(p);
    if (likely(page_test(page, PAGE_SLAB))) {
        object_free(&caches[page->charge], (void *)p);
        return;
    }
    if (unlikely(!page_test(page, PAGE_HEAD) || page_address(page) != p))
        panic("kfree: %p was not allocated\n", p);
    page_count(PAGES_SLAB, -(1L << page_order(page)));
    page_free(page, page_order(page));
}

size_t ksize(const void *p)
{
    struct page *page;

    if (!p)
        return 0;
    page = head_of(p);
    if (page_test(page, PAGE_SLAB))
        return caches[page->charge].object_size;
    return PAGE_SIZE << page_order(page);
}

void *krealloc(void *p, size_t size, u32 flags)
{
    size_t old = ksize(p);
    void *bigger;

    if (p && size <= old && size > old / 2) {
        kasan_unpoison(p, round_up(size, 8));
        return p;
    }
    bigger = kmalloc(size, flags & ~(u32)ALLOC_ZERO);
    if (p && (bigger || size <= old))
        kasan_unpoison(p, old);
    if (!bigger)
        return p && size <= old ? p : NULL;
    if (p)
        memcpy(bigger, p, min(old, size));
    if (flags & ALLOC_ZERO && size > old)
        memset((char *)bigger + old, 0, size - old);
    kfree(p);
    return bigger;
}

void *kmemdup(const void *p, size_t n, u32 flags)
{
    void *copy = kmalloc(n, flags);

    if (copy)
        memcpy(copy, p, n);
    return copy;
}

char *kstrdup(const char *s, u32 flags)
{
    return kmemdup(s, strlen(s) + 1, flags);
}
