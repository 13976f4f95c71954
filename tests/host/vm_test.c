// sources: tests/host/vm_env.c kernel/arch/common/pagetable.c
// sources: kernel/vm/advise.c kernel/vm/fault.c kernel/vm/fault_file.c
// sources: kernel/vm/init.c kernel/vm/mapping.c kernel/vm/mapping_io.c
// sources: kernel/vm/memory_object.c kernel/vm/mlock.c kernel/vm/mm.c
// sources: kernel/vm/mmap.c kernel/vm/msync.c kernel/vm/oom.c
// sources: kernel/vm/overcommit.c kernel/vm/protect.c kernel/vm/reclaim.c
// sources: kernel/vm/remap.c kernel/vm/rmap.c kernel/vm/stats.c
// sources: kernel/vm/user.c kernel/vm/user_memory.c kernel/vm/vdso.c
// sources: kernel/vm/vma.c kernel/vm/writeback.c
// flags: -Itests/host/hosted -DCONFIG_DEBUG=1
/*
 * Address spaces against a model that is an array of pages: processes that map,
 * unmap, protect, move, fork, read, write, truncate, with allocations failing
 * now and then; after each step the contents, the VMAs and every count must be
 * what the model says.
 */
#include "test.h"
#include "vm_env.h"
#include "core/account.h"
#include "core/iter.h"
#include "lib/errno.h"
#include "vm/memory_object.h"
#include "vm/reclaim.h"
#include "vm/rmap.h"
#include "vm/vma.h"

#define BASE       0x10000000UL
#define PAGES      96 /* of the window that the test maps in */
#define SPACES     4
#define FILES      3
#define FILE_PAGES 32

/* ----------------------------------------------------------- the model -- */

enum kind {
    NOTHING,
    ANON,
    PRIVATE,
    SHARED
};

struct cell { /* one page of one space */
    enum kind kind;
    u32 prot;
    int file;
    int index;
    bool own; /* has a private copy; ANON: was written */
    u64 value;
    bool dontfork, wipe, locked, lazy;
};

struct model_file {
    struct memory_object *object;
    struct grant *grant; /* read and write */
    u64 value[FILE_PAGES];
    int pages; /* size */
};

static struct model_file files[FILES];
static struct {
    struct address_space *mm;
    struct cell cells[PAGES];
} spaces[SPACES];
static const struct mm_limits no_limits = {
    .address_space = ~0UL, .data = ~0UL, .stack = ~0UL, .memlock = ~0UL};
static u64 next_value = 1;

/* TEST_TRACE=1: every step, on standard error. */
#define TRACE(...)                        \
    do {                                  \
        if (getenv("TEST_TRACE"))         \
            fprintf(stderr, __VA_ARGS__); \
    } while (0)

static unsigned below(unsigned n)
{
    return (unsigned)(test_random() % n);
}

static u64 va_of(int page)
{
    return BASE + (u64)page * PAGE_SIZE;
}

static struct caller caller_of(struct address_space *mm)
{
    return (struct caller){.mm = mm, .account = account_root()};
}

/* What a read of the cell gives: 0 and *value, or an errno. */
static int model_read(const struct cell *c, u64 *value)
{
    if (c->kind == NOTHING)
        return -EFAULT;
    if (!(c->prot & (PROT_READ | PROT_WRITE | PROT_EXEC)))
        return -EACCES;
    *value = 0;
    if (c->own) {
        *value = c->value;
        return 0;
    }
    if (c->kind == ANON)
        return 0;
    if (c->index >= files[c->file].pages)
        return -EIO;
    *value = files[c->file].value[c->index];
    return 0;
}

static int model_write(struct cell *c, u64 value)
{
    u64 old;
    int r;

    if (c->kind == NOTHING)
        return -EFAULT;
    if (!(c->prot & PROT_WRITE))
        return -EACCES;
    r = model_read(c, &old);
    if (r)
        return r;
    if (c->kind == SHARED) {
        files[c->file].value[c->index] = value;
    } else {
        c->own = true;
        c->lazy = false;
        c->value = value;
    }
    return 0;
}

/* ---------------------------------------------------------- invariants -- */

static int mapped_times[ENV_FRAMES];

struct tally {
    s64 anon, file, shmem;
};

static int count_translation(void *ctx, u64 va, arch_entry_t e)
{
    struct tally *t = ctx;
    struct page *p;

    (void)va;
    if (arch_entry_prot(e) & MAP_ATTR_SPECIAL)
        return 0;
    p = pfn_to_page(arch_entry_pfn(e));
    mapped_times[arch_entry_pfn(e)]++;
    if (page_test(p, PAGE_ANON))
        t->anon++;
    else if (page_test(p, PAGE_SHMEM))
        t->shmem++;
    else
        t->file++;
    return 0;
}

static u64 check_tree(struct rb_node *n, u64 *subtree_gap)
{
    struct vma *v = rb_entry_safe(n, struct vma, node);
    u64 left = 0, right = 0, count;

    *subtree_gap = 0;
    if (!v)
        return 0;
    count = 1 + check_tree(n->left, &left) + check_tree(n->right, &right);
    *subtree_gap = max3(left, right, v->gap);
    CHECK_EQ(v->subtree_gap, *subtree_gap);
    return count;
}

static int model_read(const struct cell *c, u64 *value);

/* What is mapped shows what the model says, without a fault. */
static void check_contents(struct address_space *mm, int page, struct cell *c)
{
    arch_entry_t e = arch_aspace_lookup(&mm->arch, va_of(page));
    struct cell readable = *c;
    u64 want = 0, *word;

    if (!arch_entry_present(e))
        return;
    readable.prot = PROT_READ;
    CHECK_EQ(model_read(&readable, &want), 0);
    word = arch_phys_to_virt(arch_entry_pfn(e) << PAGE_SHIFT);
    if (!c->lazy && *word != want)
        TRACE("page %d: %lu, not %lu\n", page, *word, want);
    if (c->lazy && *word == 0)
        c->own = c->lazy = false; /* it was taken back */
    else
        CHECK_EQ(*word, want);
    CHECK(!(arch_entry_prot(e) & MAP_PROT_WRITE & ~vma_prot(c->prot)));
}

static void check_vmas(struct address_space *mm, struct cell *cells)
{
    u64 total = 0, locked = 0, data = 0, gap, floor = 0;
    struct vma *v;

    CHECK_EQ(check_tree(mm->vmas.root.node, &gap), mm->vma_count);
    for (v = mm_first_vma(mm); v; v = vma_next(v)) {
        CHECK(v->start >= floor && v->end > v->start);
        CHECK(!((v->start | v->end) & ~PAGE_MASK));
        CHECK_EQ(v->gap,
                 vma_start_gap(v) > floor ? vma_start_gap(v) - floor : 0);
        CHECK(v->mm == mm && !v->detached);
        CHECK_EQ(v->moved || v->anon_index == v->start >> PAGE_SHIFT, 1);
        floor = v->end;
        total += vma_pages(v);
        if (v->flags & VMA_LOCKED)
            locked += vma_pages(v);
        if (vma_is_private_writable(v->flags))
            data += vma_pages(v);
    }
    CHECK_EQ(total, mm->total_pages);
    CHECK_EQ(locked, mm->locked_pages);
    CHECK_EQ(data, mm->data_pages);
    for (int i = 0; i < PAGES; i++) {
        struct cell *c = &cells[i];

        v = mm_find_vma(mm, va_of(i));
        if (v && v->start > va_of(i))
            v = NULL;
        CHECK_EQ(c->kind != NOTHING, v != NULL);
        if (!v)
            continue;
        CHECK_EQ(v->flags & VMA_ACCESS, c->prot);
        CHECK_EQ(!!(v->flags & VMA_SHARED), c->kind == SHARED);
        CHECK_EQ(!!(v->flags & VMA_LOCKED), c->locked);
        CHECK_EQ(!!(v->flags & VMA_DONTFORK), c->dontfork);
        CHECK_EQ(!!(v->flags & VMA_WIPEONFORK), c->wipe);
        CHECK_EQ(vma_is_anonymous(v), c->kind == ANON);
        check_contents(mm, i, c);
        if (c->kind != ANON) {
            CHECK(v->mapping == &files[c->file].object->mapping);
            CHECK_EQ(vma_offset_at(v, va_of(i)), c->index);
        }
    }
}

struct found {
    int times;
};
static int found_one(void *ctx, struct address_space *mm, u64 va)
{
    (void)mm;
    (void)va;
    ((struct found *)ctx)->times++;
    return 0;
}

static void check_all(void)
{
    CHECK(env_unlocked());
    (memset)(mapped_times, 0, sizeof(mapped_times));
    for (int s = 0; s < SPACES; s++) {
        struct address_space *mm = spaces[s].mm;
        struct tally t = {0};

        if (!mm)
            continue;
        check_vmas(mm, spaces[s].cells);
        arch_aspace_walk(&mm->arch, 0, ARCH_USER_TOP, count_translation, &t);
        CHECK_EQ(t.anon, atomic64_load(&mm->anon_pages));
        CHECK_EQ(t.shmem, atomic64_load(&mm->shmem_pages));
        CHECK_EQ(t.file, atomic64_load(&mm->file_pages));
    }
    for (pfn_t f = 1; f < ENV_FRAMES; f++) {
        struct page *p = pfn_to_page(f);
        struct found found = {0};
        int refs = mapped_times[f];

        if (!refs)
            continue;
        CHECK_EQ(atomic_load(&p->mapcount), mapped_times[f]);
        if (!page_test(p, PAGE_ANON) && p->mapping)
            refs++;
        CHECK_EQ(refcount_read(&p->refs), refs);
        /* The reverse mapping finds each of them. */
        rmap_walk(p, found_one, &found);
        CHECK_EQ(found.times, mapped_times[f]);
    }
}

/* --------------------------------------------------------------- steps -- */

static void any_range(int *first, int *count)
{
    *first = (int)below(PAGES);
    *count = 1 + (int)below(below(3) ? 6 : 24);
    if (*first + *count > PAGES)
        *count = PAGES - *first;
}

static void set_cells(int s, int first, int count, enum kind kind, u32 prot,
                      int file, int index)
{
    for (int i = 0; i < count; i++)
        spaces[s].cells[first + i] = (struct cell){
            .kind = kind, .prot = prot, .file = file, .index = index + i};
}

static u32 any_prot(void)
{
    static const u32 prots[] = {PROT_NONE,
                                PROT_READ,
                                PROT_READ | PROT_WRITE,
                                PROT_READ | PROT_WRITE,
                                PROT_READ | PROT_EXEC,
                                PROT_READ | PROT_WRITE | PROT_EXEC};

    return prots[below(ARRAY_SIZE(prots))];
}

static void step_map(int s)
{
    struct caller who = caller_of(spaces[s].mm);
    int first, count, file = (int)below(FILES);
    int index = (int)below(FILE_PAGES - 24);
    enum kind kind = (enum kind)(1 + below(3));
    u32 prot = any_prot(), flags = MAP_FIXED;
    s64 r;

    any_range(&first, &count);
    TRACE("map %d: %d+%d kind %d prot %x file %d+%d\n", s, first, count,
          (int)kind, prot, file, index);
    if (kind == ANON)
        r = mm_map(&who, &no_limits, va_of(first), (u64)count * PAGE_SIZE, prot,
                   flags | MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
    else
        r = mm_map(&who, &no_limits, va_of(first), (u64)count * PAGE_SIZE, prot,
                   flags | (kind == SHARED ? MAP_SHARED : MAP_PRIVATE),
                   files[file].grant, (u64)index * PAGE_SIZE);
    if (r < 0) {
        CHECK(env_failed());
        /* What was there may be gone or not; nothing else is there. */
        for (int i = first; i < first + count; i++) {
            struct vma *v = mm_find_vma(spaces[s].mm, va_of(i));

            if (!v || v->start > va_of(i))
                spaces[s].cells[i].kind = NOTHING;
        }
        return;
    }
    CHECK_EQ(r, va_of(first));
    set_cells(s, first, count, kind, prot, file, index);
}

static void step_map_anywhere(int s)
{
    struct caller who = caller_of(spaces[s].mm);
    u64 length = (1 + below(40)) * PAGE_SIZE;
    u64 hint = below(2) ? 0 : va_of((int)below(PAGES));
    s64 r = mm_map(&who, &no_limits, hint, length, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
    int page;

    if (r < 0) {
        CHECK(env_failed());
        return;
    }
    CHECK(!((u64)r & ~PAGE_MASK));
    if ((u64)r >= BASE && (u64)r < va_of(PAGES) &&
        (u64)r + length <= va_of(PAGES)) {
        page = (int)(((u64)r - BASE) / PAGE_SIZE);
        for (u64 i = 0; i < length / PAGE_SIZE; i++)
            CHECK_EQ(spaces[s].cells[page + (int)i].kind, NOTHING);
        set_cells(s, page, (int)(length / PAGE_SIZE), ANON,
                  PROT_READ | PROT_WRITE, 0, 0);
        return;
    }
    env_fail_allocation(0, false);
    CHECK_EQ(mm_unmap(spaces[s].mm, (u64)r, length), 0);
    if ((u64)r < va_of(PAGES) && (u64)r + length > BASE)
        for (u64 a = (u64)r; a < (u64)r + length; a += PAGE_SIZE)
            if (a >= BASE && a < va_of(PAGES))
                spaces[s].cells[(a - BASE) / PAGE_SIZE].kind = NOTHING;
}

static void step_unmap(int s)
{
    int first, count, r;

    any_range(&first, &count);
    TRACE("unmap %d: %d+%d\n", s, first, count);
    r = mm_unmap(spaces[s].mm, va_of(first), (u64)count * PAGE_SIZE);
    if (r) {
        CHECK(env_failed());
        return;
    }
    set_cells(s, first, count, NOTHING, 0, 0, 0);
}

static bool hole_in(int s, int first, int count, int *at)
{
    for (*at = first; *at < first + count; ++*at)
        if (spaces[s].cells[*at].kind == NOTHING)
            return true;
    return false;
}

/* After an error part of the way: the model follows what is there. */
static void adopt(int s, int first, int count)
{
    for (int i = first; i < first + count; i++) {
        struct cell *c = &spaces[s].cells[i];
        struct vma *v = mm_find_vma(spaces[s].mm, va_of(i));

        if (!v || v->start > va_of(i))
            continue;
        c->prot = v->flags & VMA_ACCESS;
        c->locked = v->flags & VMA_LOCKED;
        c->dontfork = v->flags & VMA_DONTFORK;
        c->wipe = v->flags & VMA_WIPEONFORK;
    }
}

static void step_protect(int s)
{
    int first, count, hole, r;
    u32 prot = any_prot();
    bool has_hole;

    any_range(&first, &count);
    has_hole = hole_in(s, first, count, &hole);
    TRACE("protect %d: %d+%d %x\n", s, first, count, prot);
    r = mm_protect(spaces[s].mm, &no_limits, va_of(first),
                   (u64)count * PAGE_SIZE, prot);
    if (env_failed()) {
        adopt(s, first, count);
        return;
    }
    CHECK_EQ(r, has_hole ? -ENOMEM : 0);
    for (int i = first; i < (has_hole ? hole : first + count); i++)
        spaces[s].cells[i].prot = prot;
}

/* Locking brings private writable pages in as copies: those that it made show
 * what the file holds now, and no longer follow it. */
static void note_copies(int s)
{
    for (int i = 0; i < PAGES; i++) {
        struct cell *c = &spaces[s].cells[i];
        arch_entry_t e = arch_aspace_lookup(&spaces[s].mm->arch, va_of(i));
        const u64 *word;

        if (c->kind != PRIVATE || c->own || !arch_entry_present(e) ||
            !page_test(pfn_to_page(arch_entry_pfn(e)), PAGE_ANON))
            continue;
        word = arch_phys_to_virt(arch_entry_pfn(e) << PAGE_SHIFT);
        CHECK_EQ(*word, files[c->file].value[c->index]);
        c->own = true;
        c->value = *word;
    }
}

static void step_lock(int s)
{
    int first, count, hole;
    bool has_hole, lock = below(2);

    any_range(&first, &count);
    has_hole = hole_in(s, first, count, &hole);
    TRACE("%s %d: %d+%d\n", lock ? "lock" : "unlock", s, first, count);
    if (lock)
        mm_lock(spaces[s].mm, &no_limits, va_of(first), (u64)count * PAGE_SIZE,
                below(2));
    else
        mm_unlock(spaces[s].mm, va_of(first), (u64)count * PAGE_SIZE);
    note_copies(s);
    if (env_failed()) {
        adopt(s, first, count);
        return;
    }
    for (int i = first; i < (has_hole ? hole : first + count); i++)
        spaces[s].cells[i].locked = lock;
}

static bool same_vma(struct address_space *mm, int first, int count)
{
    struct vma *v = mm_find_vma(mm, va_of(first));

    return v && v->start <= va_of(first) && v->end >= va_of(first + count);
}

static void step_remap(int s)
{
    struct address_space *mm = spaces[s].mm;
    struct cell moved[PAGES];
    int first, count, to, length, r_page;
    u32 flags = MREMAP_MAYMOVE;
    bool fixed = below(2);
    s64 r;

    any_range(&first, &count);
    any_range(&to, &length);
    if (spaces[s].cells[first].kind == NOTHING || !same_vma(mm, first, count))
        return;
    if (fixed) {
        flags |= MREMAP_FIXED;
    } else {
        length = 1 + (int)below(12);
        flags = 0; /* grow or shrink in place */
    }
    if (fixed && below(4) == 0 && spaces[s].cells[first].kind != SHARED) {
        flags |= MREMAP_DONTUNMAP;
        length = count;
        if (to + length > PAGES)
            return;
    }
    if (!fixed && first + length > PAGES)
        return;
    (memcpy)(moved, &spaces[s].cells[first], (size_t)count * sizeof(*moved));
    for (int i = count; i < length; i++) {
        moved[i] = moved[0];
        moved[i].index = moved[0].index + i;
        moved[i].own = moved[i].lazy = false;
    }
    TRACE("remap %d: %d+%d to %d+%d %x\n", s, first, count, to, length, flags);
    r = mm_remap(mm, &no_limits, va_of(first), (u64)count * PAGE_SIZE,
                 (u64)length * PAGE_SIZE, flags, va_of(to));
    if (fixed && first + count > to && to + length > first) {
        CHECK_EQ(r, -EINVAL);
        return;
    }
    if (r < 0) {
        if (!env_failed()) {
            CHECK(!fixed && length > count);
            return;
        }
        if (!fixed)
            return;
        /* The target and what was cut off may be gone. */
        for (int i = 0; i < PAGES; i++) {
            struct vma *v = mm_find_vma(mm, va_of(i));

            if (!v || v->start > va_of(i))
                spaces[s].cells[i].kind = NOTHING;
        }
        return;
    }
    r_page = (int)(((u64)r - BASE) / PAGE_SIZE);
    if (!(flags & MREMAP_DONTUNMAP))
        set_cells(s, first, count, NOTHING, 0, 0, 0);
    else
        for (int i = 0; i < count; i++) {
            spaces[s].cells[first + i].own = false;
            spaces[s].cells[first + i].lazy = false;
            spaces[s].cells[first + i].locked = false;
        }
    (memcpy)(&spaces[s].cells[r_page], moved, (size_t)length * sizeof(*moved));
    note_copies(s);
}

static void step_advise(int s)
{
    static const int advices[] = {
        MADV_DONTNEED,   MADV_DONTFORK, MADV_DOFORK,       MADV_WIPEONFORK,
        MADV_KEEPONFORK, MADV_FREE,     MADV_POPULATE_READ};
    int advice = advices[below(ARRAY_SIZE(advices))];
    int first, count, r;

    any_range(&first, &count);
    TRACE("advise %d: %d+%d %d\n", s, first, count, advice);
    r = mm_advise(spaces[s].mm, va_of(first), (u64)count * PAGE_SIZE, advice);
    if (env_failed() && r)
        adopt(s, first, count);
    for (int i = first; i < first + count; i++) {
        struct cell *c = &spaces[s].cells[i];

        if (c->kind == NOTHING)
            continue;
        switch (advice) {
        case MADV_DONTNEED:
            if (c->locked)
                return; /* stops there */
            c->own = c->lazy = false;
            break;
        case MADV_FREE:
            if (c->locked || c->kind != ANON)
                return;
            c->lazy = c->own;
            break;
        case MADV_WIPEONFORK:
            if (c->kind != ANON)
                return;
            break;
        default:
            break;
        }
        if (env_failed() && r)
            continue;
        if (advice == MADV_DONTFORK)
            c->dontfork = true;
        else if (advice == MADV_DOFORK)
            c->dontfork = false;
        else if (advice == MADV_WIPEONFORK)
            c->wipe = true;
        else if (advice == MADV_KEEPONFORK)
            c->wipe = false;
    }
}

static void step_fork(int s)
{
    struct address_space *child;
    int t;

    for (t = 0; t < SPACES && spaces[t].mm; t++)
        ;
    if (t == SPACES)
        return;
    TRACE("fork %d: to %d\n", s, t);
    child = mm_fork(spaces[s].mm);
    if (IS_ERR(child)) {
        CHECK(env_failed());
        return;
    }
    spaces[t].mm = child;
    (memcpy)(spaces[t].cells, spaces[s].cells, sizeof(spaces[t].cells));
    for (int i = 0; i < PAGES; i++) {
        struct cell *c = &spaces[t].cells[i];

        c->locked = false;
        if (c->dontfork)
            c->kind = NOTHING;
        if (c->wipe)
            c->own = false;
        c->lazy = false;
        /* Shared pages are not freed lazily. */
        if (!c->dontfork && !c->wipe)
            spaces[s].cells[i].lazy = false;
    }
}

static void step_exit(int s)
{
    int others = 0;

    for (int t = 0; t < SPACES; t++)
        others += spaces[t].mm && t != s;
    if (!others)
        return;
    mm_put(spaces[s].mm);
    spaces[s].mm = NULL;
}

static void step_write(int s)
{
    int page = (int)below(PAGES);
    struct cell *c = &spaces[s].cells[page];
    u64 value = next_value++;
    int got, want;

    TRACE("write %d: %d = %lu\n", s, page, value);
    got = env_write(spaces[s].mm, va_of(page), value);

    if (got == -ENOMEM && env_failed())
        return;
    want = model_write(c, value);
    CHECK_EQ(got, want);
}

static void step_read(int s)
{
    int page = (int)below(PAGES);
    struct cell *c = &spaces[s].cells[page];
    u64 want_value = 0, value = 0;
    int got, want;

    TRACE("read %d: %d\n", s, page);
    got = env_read(spaces[s].mm, va_of(page), &value);

    if (got == -ENOMEM && env_failed())
        return;
    want = model_read(c, &want_value);
    CHECK_EQ(got, want);
    if (!got && c->lazy && value == 0) {
        c->own = c->lazy = false; /* freed meanwhile */
        return;
    }
    if (!got)
        CHECK_EQ(value, want_value);
}

static void step_access(int s)
{
    int page = (int)below(PAGES);
    struct cell *c = &spaces[s].cells[page];
    u64 want_value = 0, value = 0;
    size_t n;

    if (below(2)) {
        n = mm_access(spaces[s].mm, va_of(page), &value, 8, false, true);
        if (n != 8 && env_failed())
            return;
        CHECK_EQ(n == 8,
                 c->kind != NOTHING && (c->kind == ANON || c->own ||
                                        c->index < files[c->file].pages));
        if (n != 8)
            return;
        want_value = c->own            ? c->value
                     : c->kind == ANON ? 0
                                       : files[c->file].value[c->index];
        if (c->lazy && value == 0)
            return;
        CHECK_EQ(value, want_value);
        return;
    }
    value = next_value++;
    TRACE("poke %d: %d = %lu\n", s, page, value);
    n = mm_access(spaces[s].mm, va_of(page), &value, 8, true, true);
    if (n != 8)
        return;
    CHECK(c->kind != NOTHING);
    if (c->kind == SHARED) {
        CHECK(c->prot & PROT_WRITE);
        files[c->file].value[c->index] = value;
    } else {
        c->own = true;
        c->lazy = false;
        c->value = value;
    }
}

static void step_file_io(void)
{
    struct model_file *f = &files[below(FILES)];
    u64 index = below(FILE_PAGES), value = next_value++;
    struct iter it;
    ssize_t r;

    if (below(2)) {
        iter_init_kernel(&it, true, &value, 8);
        r = mapping_read(&f->object->mapping, &it, (s64)(index * PAGE_SIZE));
        CHECK_EQ(r, (int)index < f->pages ? 8 : 0);
        if (r)
            CHECK_EQ(value, f->value[index]);
        return;
    }
    iter_init_kernel(&it, false, &value, 8);
    TRACE("write file %d: %lu = %lu\n", (int)(f - files), index, value);
    r = mapping_write(&f->object->mapping, &it, (s64)(index * PAGE_SIZE));
    if (r < 0) {
        CHECK(env_failed());
        return;
    }
    CHECK_EQ(r, 8);
    f->value[index] = value;
    if ((int)index >= f->pages) {
        f->pages = (int)index + 1;
        f->object->mapping.size = f->pages * (s64)PAGE_SIZE;
    }
}

static void step_truncate(void)
{
    int file = (int)below(FILES);
    struct model_file *f = &files[file];
    int pages = (int)below(FILE_PAGES + 1);

    TRACE("truncate file %d: %d\n", file, pages);
    if (below(3) == 0) { /* a hole */
        int end = pages + (int)below(4);

        end = min(end, f->pages);
        if (pages >= end)
            return;
        CHECK_EQ(memory_object_punch(f->object, pages * (s64)PAGE_SIZE,
                                     end * (s64)PAGE_SIZE),
                 0);
        for (int i = pages; i < end; i++)
            f->value[i] = 0;
        return;
    }
    CHECK_EQ(memory_object_resize(f->object, pages * (s64)PAGE_SIZE), 0);
    for (int i = pages; i < FILE_PAGES; i++)
        f->value[i] = 0;
    if (pages < f->pages) /* private copies beyond the end go, too */
        for (int s = 0; s < SPACES; s++)
            for (int i = 0; i < PAGES; i++) {
                struct cell *c = &spaces[s].cells[i];

                if (c->kind == PRIVATE && c->file == file && c->index >= pages)
                    c->own = false;
            }
    f->pages = pages;
}

static void step_revoke(void)
{
    struct model_file *f = &files[below(FILES)];
    int file = (int)(f - files);

    if (below(8))
        return;
    TRACE("revoke file %d\n", file);
    grant_revoke(f->grant);
    for (int s = 0; s < SPACES; s++)
        for (int i = 0; i < PAGES; i++)
            if (spaces[s].cells[i].kind > ANON &&
                spaces[s].cells[i].file == file)
                spaces[s].cells[i].kind = NOTHING;
    grant_put(f->grant);
    refcount_inc(&f->object->object.refs);
    env_fail_allocation(0, false);
    f->grant = env_grant(&f->object->object, RIGHT_ALL);
}

static void open_files(void)
{
    for (int i = 0; i < FILES; i++) {
        struct model_file *f = &files[i];

        *f = (struct model_file){.pages = 20};
        f->object =
            memory_object_create("test", 20 * PAGE_SIZE, false, account_root());
        /* One for the grant, one for the test. */
        refcount_inc(&f->object->object.refs);
        f->grant = env_grant(&f->object->object, RIGHT_ALL);
    }
}

static void close_all(void)
{
    for (int s = 0; s < SPACES; s++)
        if (spaces[s].mm)
            mm_put(spaces[s].mm);
    (memset)(spaces, 0, sizeof(spaces));
    for (int i = 0; i < FILES; i++) {
        struct object *o = &files[i].object->object;

        grant_put(files[i].grant);
        if (refcount_dec_and_test(&o->refs))
            o->ops->release(o);
    }
}

static void random_steps(unsigned steps, bool failing)
{
    u64 free_before, objects_before, committed;

    env_start();
    free_before = env_free_pages();
    objects_before = env_slab_objects();
    committed = vm_committed();
    open_files();
    (memset)(spaces, 0, sizeof(spaces));
    spaces[0].mm = mm_create(account_root());
    spaces[0].mm->mmap_base = va_of(PAGES);
    for (unsigned n = 0; n < steps; n++) {
        int s = (int)below(SPACES);

        if (!spaces[s].mm)
            continue;
        env_fail_allocation(failing && below(3) == 0 ? 1 + below(8) : 0,
                            below(2));
        switch (below(16)) {
        case 0:
        case 1:
            step_map(s);
            break;
        case 2:
            step_unmap(s);
            break;
        case 3:
            step_protect(s);
            break;
        case 4:
            step_lock(s);
            break;
        case 5:
            step_remap(s);
            break;
        case 6:
            step_advise(s);
            break;
        case 7:
            step_fork(s);
            break;
        case 8:
            if (below(2))
                step_exit(s);
            else
                step_map_anywhere(s);
            break;
        case 9:
            step_file_io();
            break;
        case 10:
            if (below(3) == 0)
                step_truncate();
            step_revoke();
            if (below(4) == 0)
                vm_reclaim(1 + below(8));
            break;
        case 11:
            step_access(s);
            break;
        case 12:
        case 13:
            step_read(s);
            break;
        default:
            step_write(s);
        }
        env_fail_allocation(0, false);
        check_all();
    }
    close_all();
    CHECK_EQ(env_free_pages(), free_before);
    CHECK_EQ(env_slab_objects(), objects_before);
    CHECK_EQ(vm_committed(), committed);
}

TEST(random_steps)
{
    for (unsigned i = 0; i < test_scale(12); i++)
        random_steps(1500, false);
}

TEST(random_steps_without_memory)
{
    for (unsigned i = 0; i < test_scale(12); i++)
        random_steps(1500, true);
}
