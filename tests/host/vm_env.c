#include "vm_env.h"
#include "core/account.h"
#include "core/init.h"
#include "core/iter.h"
#include "core/log.h"
#include "core/random.h"
#include "core/rcu.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/string.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FATAL(...)                    \
    do {                              \
        fprintf(stderr, __VA_ARGS__); \
        abort();                      \
    } while (0)

unsigned char *host_memory;
static struct thread host_thread;
struct thread_head *host_current = &host_thread.head;
struct cpumask cpus_present, cpus_online;
static unsigned long no_offset[1];
unsigned long *percpu_offset = no_offset;
static int locks_held, spins_held;

/* ---------------------------------------------------------- allocation -- */

static unsigned fail_at;
static bool fail_stay, failed;

void env_fail_allocation(unsigned n, bool stay)
{
    fail_at = n;
    fail_stay = stay;
    failed = false;
}

bool env_failed(void)
{
    return failed;
}

static bool fails(u32 flags)
{
    if (!fail_at || flags & ALLOC_NOFAIL)
        return false;
    if (fail_at > 1) {
        fail_at--;
        return false;
    }
    failed = true;
    if (!fail_stay)
        fail_at = 0;
    return true;
}

static struct page frames[ENV_FRAMES];
static struct page_section section = {frames, 0, ENV_FRAMES};
struct page_section *page_sections = &section;
u32 page_section_count = 1;
static pfn_t free_frames[ENV_FRAMES];
static u64 free_count;
s64 page_counters[PAGE_COUNTERS];

struct page *page_alloc(unsigned order, u32 flags)
{
    struct page *p;

    if (order || !free_count || fails(flags))
        return NULL;
    if (!(flags & ALLOC_ATOMIC) && spins_held)
        FATAL("page_alloc may sleep under a spinlock\n");
    /* The oldest or the newest: uses of freed frames show either way. */
    if (free_count & 1) {
        pfn_t t = free_frames[0];

        free_frames[0] = free_frames[free_count - 1];
        free_frames[free_count - 1] = t;
    }
    p = &frames[free_frames[--free_count]];
    atomic_store(&p->flags, 0);
    refcount_set(&p->refs, 1);
    p->mapping = NULL;
    p->index = 0;
    atomic_store(&p->mapcount, 0);
    p->charge = 0;
    (memset)(page_address(p), flags & ALLOC_ZERO ? 0 : 0xa5, PAGE_SIZE);
    return p;
}

void page_free(struct page *p, unsigned order)
{
    if (order || refcount_read(&p->refs) > 1 || atomic_load(&p->mapcount) ||
        page_test(p, PAGE_LOCKED | PAGE_DIRTY | PAGE_WRITEBACK))
        FATAL("page_free: frame %lu in use\n", page_to_pfn(p));
    if (p->charge)
        account_uncharge_page(p);
    refcount_set(&p->refs, 0);
    (memset)(page_address(p), 0xdb, PAGE_SIZE);
    free_frames[free_count++] = page_to_pfn(p);
}

void page_put_many(struct page **pages, size_t n)
{
    for (size_t i = 0; i < n; i++)
        page_put(pages[i]);
}

u64 env_free_pages(void)
{
    return free_count;
}

u64 page_free_count(void)
{
    return free_count;
}

u64 page_total_count(void)
{
    return ENV_FRAMES;
}

u64 page_count_read(enum page_counter c)
{
    return (u64)page_counters[c];
}

void page_stats_get(struct page_stats *s)
{
    *s = (struct page_stats){.total = ENV_FRAMES, .free = free_count};
}

void page_set_reclaim(const struct reclaim_ops *ops)
{
    (void)ops;
}

void page_lock(struct page *p)
{
    if (!page_trylock(p))
        FATAL("page_lock: would wait for ever\n");
}

int page_lock_killable(struct page *p)
{
    page_lock(p);
    return 0;
}

void page_unlock(struct page *p)
{
    if (!page_test(p, PAGE_LOCKED))
        FATAL("page_unlock: not locked\n");
    page_clear(p, PAGE_LOCKED);
}

void page_wait_writeback(struct page *p)
{
    if (page_test(p, PAGE_WRITEBACK))
        FATAL("page_wait_writeback: would wait for ever\n");
}

void page_end_writeback(struct page *p)
{
    page_clear(p, PAGE_WRITEBACK);
}

static void *env_alloc(size_t size)
{
    return fails(0) ? NULL : aligned_alloc(64, round_up(size, 64));
}
static void env_free(void *p, size_t size)
{
    (void)size;
    free(p);
}
static paddr_t env_alloc_page(void)
{
    struct page *p = page_alloc(0, ALLOC_ZERO | ALLOC_ATOMIC);

    return p ? page_to_pfn(p) << PAGE_SHIFT : 0;
}
static void env_free_page(paddr_t pa)
{
    page_put(pfn_to_page(pa >> PAGE_SHIFT));
}
struct arch_alloc arch_alloc = {env_alloc, env_free, env_alloc_page,
                                env_free_page};

struct slab_cache {
    size_t size;
};
static u64 slab_objects;

struct slab_cache *slab_cache_create(const char *name, size_t size,
                                     size_t align)
{
    struct slab_cache *c = malloc(sizeof(*c));

    (void)name;
    (void)align;
    c->size = size;
    return c;
}

void *slab_alloc(struct slab_cache *c, u32 flags)
{
    return kmalloc(c->size, flags);
}

void slab_free(struct slab_cache *c, void *p)
{
    (void)c;
    kfree(p);
}

void *kmalloc(size_t size, u32 flags)
{
    void *p = fails(flags) ? NULL : malloc(size);

    if (!(flags & ALLOC_ATOMIC) && spins_held)
        FATAL("kmalloc may sleep under a spinlock\n");
    if (!p)
        return NULL;
    slab_objects++;
    (memset)(p, flags & ALLOC_ZERO ? 0 : 0xa5, size);
    return p;
}

void kfree(const void *p)
{
    if (p)
        slab_objects--;
    free((void *)p);
}

u64 slab_shrink(void)
{
    return 0;
}

u64 env_slab_objects(void)
{
    return slab_objects;
}

/* ---------------------------------------------------------------- locks -- */

bool env_unlocked(void)
{
    return !locks_held && !spins_held;
}

void spin_init(spinlock_t *l, const char *name)
{
    *l = (spinlock_t){.debug.name = name};
}
void spin_lock(spinlock_t *l)
{
    if (l->value)
        FATAL("spin_lock: held\n");
    l->value = 1;
    spins_held++;
}
void spin_unlock(spinlock_t *l)
{
    if (!l->value)
        FATAL("spin_unlock: not held\n");
    l->value = 0;
    spins_held--;
}
void mutex_init(mutex_t *m, const char *name)
{
    *m = (mutex_t){.debug.name = name};
}
void mutex_lock(mutex_t *m)
{
    if (!mutex_trylock(m))
        FATAL("mutex_lock: held\n");
}
bool mutex_trylock(mutex_t *m)
{
    if (atomic64_load(&m->owner))
        return false;
    atomic64_store(&m->owner, 8);
    locks_held++;
    return true;
}
void mutex_unlock(mutex_t *m)
{
    if (!atomic64_load(&m->owner))
        FATAL("mutex_unlock: not held\n");
    atomic64_store(&m->owner, 0);
    locks_held--;
}
void rwlock_init(rwlock_t *l, const char *name)
{
    *l = (rwlock_t){.debug.name = name};
}
void read_lock(rwlock_t *l)
{
    if (atomic64_load(&l->state))
        FATAL("read_lock of %s: held, would deadlock\n", l->debug.name);
    if (spins_held)
        FATAL("read_lock of %s: under a spinlock\n", l->debug.name);
    atomic64_store(&l->state, 8);
    locks_held++;
}
int read_lock_killable(rwlock_t *l)
{
    read_lock(l);
    return 0;
}
void read_unlock(rwlock_t *l)
{
    if (atomic64_load(&l->state) != 8)
        FATAL("read_unlock of %s: not held\n", l->debug.name);
    atomic64_store(&l->state, 0);
    locks_held--;
}
void write_lock(rwlock_t *l)
{
    if (atomic64_load(&l->state))
        FATAL("write_lock of %s: held, would deadlock\n", l->debug.name);
    if (spins_held)
        FATAL("write_lock of %s: under a spinlock\n", l->debug.name);
    atomic64_store(&l->state, 1);
    locks_held++;
}
void write_lock_nested(rwlock_t *l, unsigned level)
{
    (void)level;
    write_lock(l);
}
int write_lock_killable(rwlock_t *l)
{
    write_lock(l);
    return 0;
}
void write_unlock(rwlock_t *l)
{
    if (atomic64_load(&l->state) != 1)
        FATAL("write_unlock of %s: not held\n", l->debug.name);
    atomic64_store(&l->state, 0);
    locks_held--;
}
void preempt_schedule(void)
{
}
void sched_yield(void)
{
}

unsigned long arch_spin_lock(struct arch_spinlock *l)
{
    if (l->value)
        FATAL("arch_spin_lock: held\n");
    l->value = 1;
    spins_held++;
    return 0;
}
void arch_spin_unlock(struct arch_spinlock *l, unsigned long flags)
{
    (void)flags;
    l->value = 0;
    spins_held--;
}

void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *))
{
    function(head);
}
void kfree_rcu_offset(struct rcu_head *head, size_t offset)
{
    kfree((char *)head - offset);
}

/* ------------------------------------------------------------ the rest -- */

void panic(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    abort();
}
void warn_print(const char *file, int line, const char *what)
{
    FATAL("WARN_ON at %s:%d: %s\n", file, line, what);
}
u32 cpumask_next(const struct cpumask *m, u32 from)
{
    (void)m;
    return from ? MAX_CPUS : 0;
}
u64 time_monotonic(void)
{
    return 1;
}
bool work_queue(struct work *w)
{
    w->fn(w);
    return true;
}
void delayed_work_init(struct delayed_work *w, void (*fn)(struct work *))
{
    w->work.fn = fn;
}
void delayed_work_queue(struct delayed_work *w, u64 delay_ns)
{
    (void)w;
    (void)delay_ns;
}
struct page *time_vdso_page(void)
{
    return NULL;
}
struct page *time_vdso_ask_page(void)
{
    return NULL;
}
u64 random_u64(void)
{
    return 4;
}

static s64 charged;
struct account {
    int none;
};
static struct account root_account;

struct account *account_root(void)
{
    return &root_account;
}
struct account *account_get(struct account *a)
{
    return a;
}
void account_put(struct account *a)
{
    (void)a;
}
int account_charge_page(struct account *a, struct page *p)
{
    (void)a;
    if (fails(0))
        return -ENOMEM;
    p->charge = 1;
    charged++;
    return 0;
}
int account_charge_bytes(struct account *a, u64 bytes)
{
    (void)a, (void)bytes;
    return fails(0) ? -ENOMEM : 0;
}
void account_uncharge_bytes(struct account *a, u64 bytes)
{
    (void)a, (void)bytes;
}
void account_uncharge_page(struct page *p)
{
    p->charge = 0;
    charged--;
}

/* ------------------------------------------------------ objects, grants -- */

void object_init(struct object *obj, enum object_kind kind,
                 const struct object_ops *ops, u32 flags)
{
    *obj = (struct object){.kind = (u8)kind, .ops = ops};
    refcount_set(&obj->refs, 1);
    atomic_store(&obj->flags, (int)flags);
}

struct grant *grant_create(struct object *obj, u32 rights)
{
    struct grant *g = kzalloc(sizeof(*g), 0);

    if (!g) {
        if (refcount_dec_and_test(&obj->refs))
            obj->ops->release(obj);
        return ERR_PTR(-ENOMEM);
    }
    refcount_set(&g->refs, 1);
    g->rights = rights;
    g->object = obj;
    INIT_LIST_HEAD(&g->uses);
    return g;
}

struct grant *grant_get(struct grant *g)
{
    refcount_inc(&g->refs);
    return g;
}

void grant_put(struct grant *g)
{
    if (!refcount_dec_and_test(&g->refs))
        return;
    if (!list_empty(&g->uses))
        FATAL("grant_put: still used\n");
    if (refcount_dec_and_test(&g->object->refs))
        g->object->ops->release(g->object);
    kfree(g);
}

struct grant *env_grant(struct object *o, u32 rights)
{
    return grant_create(o, rights);
}

int grant_use_begin(struct grant_use *use, struct grant *g,
                    void (*revoked)(struct grant_use *use))
{
    if (atomic_load(&g->revoked))
        return -EBADF;
    use->grant = grant_get(g);
    use->revoked = revoked;
    use->state = 0;
    list_add_tail(&use->link, &g->uses);
    return 0;
}

bool grant_use_end(struct grant_use *use)
{
    struct grant *g = use->grant;
    bool ran = use->state;

    /* It would wait for a callback that wants the lock. */
    if (!env_unlocked())
        FATAL("grant_use_end: under a lock\n");
    if (!ran)
        list_del(&use->link);
    use->grant = NULL;
    grant_put(g);
    return ran;
}

void grant_revoke(struct grant *g)
{
    grant_get(g);
    atomic_store(&g->revoked, 1);
    while (!list_empty(&g->uses)) {
        struct grant_use *use =
            list_first_entry(&g->uses, struct grant_use, link);

        list_del_init(&use->link);
        use->state = 1;
        use->revoked(use);
    }
    grant_put(g);
}

/* ------------------------------------------------------------- iterators -- */

const struct user_memory_ops *user_memory;

void iter_init_kernel(struct iter *it, bool to_iter, void *base, size_t length)
{
    *it = (struct iter){.kind = ITER_KERNEL,
                        .to_iter = to_iter,
                        .count = length,
                        .kernel = base};
}
static void step(struct iter *it, size_t n)
{
    it->kernel += n;
    it->count -= n;
}
void iter_revert(struct iter *it, size_t n)
{
    it->kernel -= n;
    it->count += n;
}
size_t iter_zero(struct iter *it, size_t n)
{
    (memset)(it->kernel, 0, n);
    step(it, n);
    return n;
}
/* A source that is absent now and then. */
static unsigned turn;
static size_t part(const struct iter *it, size_t n)
{
    return it->no_fault && ++turn % 3 == 0 ? n / 2 : n;
}
size_t iter_copy_to_page(struct page *page, size_t offset, size_t n,
                         struct iter *from)
{
    n = part(from, n);
    (memcpy)((u8 *)page_address(page) + offset, from->kernel, n);
    step(from, n);
    return n;
}
size_t iter_copy_from_page(struct page *page, size_t offset, size_t n,
                           struct iter *to)
{
    (memcpy)(to->kernel, (u8 *)page_address(page) + offset, n);
    step(to, n);
    return n;
}
int iter_fault_in(struct iter *it, size_t n)
{
    (void)it;
    (void)n;
    return 0;
}

/* ---------------------------------------------------------- architecture -- */

struct pagetable kernel_pagetable;
struct arch_upcalls arch_upcalls;

int arch_aspace_init(struct arch_aspace *as)
{
    return pagetable_init(&as->pt);
}
void arch_aspace_destroy(struct arch_aspace *as)
{
    pagetable_destroy(&as->pt, ARCH_USER_TOP);
}
void arch_aspace_activate(struct arch_aspace *as)
{
    (void)as;
}
void pagetable_flush(struct arch_aspace *as, u64 start, u64 end, bool tables)
{
    (void)as;
    (void)tables;
    if (start >= end)
        FATAL("an empty flush\n");
}
void pagetable_flush_kernel(u64 start, u64 end)
{
    (void)start;
    (void)end;
}
void pagetable_flush_local(struct arch_aspace *as, u64 va)
{
    (void)as;
    (void)va;
}
void arch_sync_icache(void *va, size_t size)
{
    (void)va;
    (void)size;
}
void arch_vdso_image(const void **image, size_t *size)
{
    *image = NULL;
    *size = 0;
}
void arch_fault_disable(void)
{
}
void arch_fault_enable(void)
{
}
size_t arch_copy_from_user(void *dst, u64 src, size_t n)
{
    (void)dst;
    (void)src;
    return n;
}
size_t arch_copy_to_user(u64 dst, const void *src, size_t n)
{
    (void)dst;
    (void)src;
    return n;
}
ssize_t arch_strncpy_from_user(char *dst, u64 src, size_t n)
{
    (void)dst;
    (void)src;
    (void)n;
    return -EFAULT;
}
size_t arch_clear_user(u64 dst, size_t n)
{
    (void)dst;
    return n;
}

/* A CPU without a TLB. */
static int access_word(struct address_space *mm, u64 va, u64 *value, bool write)
{
    u32 want = write ? MAP_PROT_WRITE : MAP_PROT_READ;

    for (int tries = 0; tries < 8; tries++) {
        arch_entry_t e = arch_aspace_lookup(&mm->arch, va & PAGE_MASK);
        struct fault f = {
            .address = va,
            .access = write ? FAULT_WRITE : FAULT_READ,
            .user = true,
            .present = arch_entry_present(e),
            .may_sleep = true,
        };
        int r;

        if (arch_entry_present(e) && arch_entry_prot(e) & want) {
            u64 *word = (u64 *)((u8 *)arch_phys_to_virt(arch_entry_pfn(e)
                                                        << PAGE_SHIFT) +
                                (va & ~PAGE_MASK));

            if (write)
                *word = *value;
            else
                *value = *word;
            return 0;
        }
        r = mm_fault(mm, &f);
        if (!env_unlocked())
            FATAL("mm_fault: returned with a lock\n");
        if (r < 0)
            return r;
    }
    FATAL("a fault that does not end at %lx\n", va);
}

int env_read(struct address_space *mm, u64 va, u64 *value)
{
    return access_word(mm, va, value, false);
}
int env_write(struct address_space *mm, u64 va, u64 value)
{
    return access_word(mm, va, &value, true);
}

void vm_init(void);

void env_start(void)
{
    static bool started;

    if (started)
        return;
    started = true;
    host_memory = aligned_alloc(PAGE_SIZE, ENV_FRAMES * PAGE_SIZE);
    for (pfn_t f = ENV_FRAMES - 1; f > 0; f--) /* 0 means none */
        free_frames[free_count++] = f;
    vm_init();
}
