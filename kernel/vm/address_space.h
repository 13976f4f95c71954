/*
 * Address spaces: VMAs, faults, and the calls that change them.
 *
 * address_space.lock (sleeping, readers/writer) guards the VMA tree: faults,
 * copies into other spaces and /proc readers take it for reading; mmap and
 * friends for writing. Translations are installed by compare-and-set under the
 * read lock. A VMA that maps an object holds the object's grant (grant_use):
 * revoking the grant unmaps it.
 *
 * Reverse mapping. A page of a file is found through mapping->vmas, an interval
 * tree of the VMAs that show it. An anonymous page belongs to the *family* of
 * the address space that made it: the spaces that descend from one exec by
 * fork. Its index is the address it was made at, >> PAGE_SHIFT; it can be at
 * that address in each space of the family, or inside a VMA that mremap has
 * moved (space->moved). So nothing is allocated or linked per VMA.
 *
 * Lock order: inode lock > address_space.lock (parent before child) >
 * mapping.invalidate_lock > page lock > mapping.vma_lock, family.lock >
 * mapping.lock.
 */
#ifndef VM_ADDRESS_SPACE_H
#define VM_ADDRESS_SPACE_H

#include "arch/arch.h"
#include "core/caller.h"
#include "core/lock.h"
#include "core/object.h"
#include "lib/interval_tree.h"
#include "lib/rbtree.h"
#include "lib/refcount.h"
#include "vm/mapping.h"
#include "vm/mman.h"

struct anon_family;
struct page;

/* VMA flags: this kernel's own. */
#define VMA_READ        BIT(0)
#define VMA_WRITE       BIT(1)
#define VMA_EXEC        BIT(2)
#define VMA_SHARED      BIT(3)
#define VMA_MAYREAD     BIT(4) /* mprotect may add */
#define VMA_MAYWRITE    BIT(5)
#define VMA_MAYEXEC     BIT(6)
#define VMA_GROWSDOWN   BIT(7)
#define VMA_LOCKED      BIT(8)
#define VMA_NORESERVE   BIT(9)
#define VMA_DONTFORK    BIT(10)
#define VMA_WIPEONFORK  BIT(11)
#define VMA_DONTDUMP    BIT(12)
#define VMA_FRAMES      BIT(13) /* frames without page metadata */
#define VMA_VDSO        BIT(14)
#define VMA_VVAR        BIT(15)
#define VMA_SEQ_READ    BIT(16)
#define VMA_RAND_READ   BIT(17)
#define VMA_LOCKONFAULT BIT(18)
#define VMA_MERGEABLE   BIT(19)
#define VMA_HUGEPAGE    BIT(20)
#define VMA_NOHUGEPAGE  BIT(21)
#define VMA_ACCOUNT     BIT(22) /* counted as committed memory */

#define VMA_ACCESS (VMA_READ | VMA_WRITE | VMA_EXEC)
#define VMA_MAYALL (VMA_MAYREAD | VMA_MAYWRITE | VMA_MAYEXEC)

/* Unmapped room that is kept below a stack. */
#define STACK_GUARD_GAP (256 * PAGE_SIZE)

struct vma {
    struct rb_node node; /* by start; augmented with the largest gap */
    u64 start, end;      /* page aligned */
    u64 gap, subtree_gap;
    u32 flags;      /* VMA_* */
    u8 has_anon;    /* it may hold anonymous pages; set by faults, stays set */
    bool moved;     /* mremap has moved it: it is on mm->moved */
    bool detached;  /* not in the tree (any more) */
    bool revoked;   /* its grant was, before it came into the tree */
    u64 offset;     /* pages: into mapping, or start >> 12 for anonymous */
    u64 anon_index; /* index of an anonymous page at `start` */
    struct address_space *mm; /* borrowed */
    struct mapping *mapping;  /* borrowed through use.grant; NULL: anonymous */
    struct grant_use use;     /* when it maps an object (or its frames) */
    const struct frame_ops *frames;
    void *frames_data;
    void (*opened)(void *data);
    void (*closed)(void *data);
    struct list_head link; /* mm->moved (family lock), or removed VMAs */
    struct interval_tree_node in_mapping; /* in mapping->vmas; vma_lock */
};

/* The words of an auxiliary vector, for /proc/<pid>/auxv. */
#define AUXV_WORDS (2 * 28)

struct address_space {
    refcount_t users; /* tasks and long users; at 0 everything is unmapped */
    refcount_t refs;  /* the structure; all users together hold one */
    rwlock_t lock;    /* guards what follows, if it does not say otherwise */
    struct rb_root_cached vmas;
    u32 vma_count;
    u32 default_flags; /* mlockall(MCL_FUTURE): VMA_LOCKED, VMA_LOCKONFAULT */
    struct vma *last_hit; /* what a fault found; a hint, atomic */
    u64 total_pages, locked_pages, data_pages, stack_pages, exec_pages;
    atomic64_t anon_pages, file_pages, shmem_pages; /* resident; atomic */
    u64 peak_resident, peak_total; /* pages; see mm_peak_resident_pages() */
    u64 mmap_base;                 /* top-down allocation starts here */
    u64 stack_limit; /* RLIMIT_STACK in bytes: proc/ keeps it current */
    u64 brk_start, brk;
    u64 stack_start, arg_start, arg_end, env_start, env_end;
    u64 code_start, code_end, data_start, data_end;
    u64 vdso; /* where the vDSO's image is, 0: nowhere */
    u64 auxv[AUXV_WORDS];
    u32 auxv_words;
    struct grant *executable;     /* /proc/<pid>/exe; owned; its file
                                     cannot be written (mm_executable_ops) */
    struct account *account;      /* owned */
    struct anon_family *family;   /* owned */
    struct list_head family_link; /* family->lock */
    struct list_head moved;       /* VMAs by link; family->lock */
    struct list_head lazy_link;   /* spaces with MADV_FREE'd pages; reclaim.c */
    u64 lazy_start, lazy_end;     /* where those pages are; reclaim.c's lock */
    struct arch_aspace arch;
    atomic_t oom_skip; /* ends, but does not get on: nothing to wait for */
    bool dumpable; /* other processes of the user may look in; atomic; proc/ */
};

/* ------------------------------------------------------------ life cycle -- */

/* A space without VMAs, one user; ERR_PTR(-ENOMEM). `account` is borrowed for
 * the call (a reference is taken). */
/* Upward: an address space shares or lets go of its executable. proc/ counts
 * them, so that the file stays closed to writers (ETXTBSY). */
struct mm_executable_ops {
    void (*shared)(struct grant *g);
    void (*released)(struct grant *g);
};
extern const struct mm_executable_ops *mm_executable_ops;

struct address_space *mm_create(struct account *account);
struct address_space *mm_get(struct address_space *mm); /* one more user */
void mm_put(struct address_space *mm); /* drop a user; may sleep */
/* A user reference unless it is being torn down (for look-ups by pid). */
bool mm_get_unless_dead(struct address_space *mm);
/* The structure only, whose contents may go away meanwhile. */
void mm_hold(struct address_space *mm);
void mm_release(struct address_space *mm);
/* fork: copy-on-write copy. ERR_PTR(-ENOMEM) undoes everything. */
struct address_space *mm_fork(struct address_space *parent);
/* exec, of a new space: where mappings go. stack_limit is RLIMIT_STACK,
 * `random` some random bits, or 0 with ADDR_NO_RANDOMIZE. */
void mm_set_layout(struct address_space *mm, u64 stack_limit, u64 random);
/* Random bits that Linux gives to a mapping's or the stack's place. */
#define MM_STACK_RANDOM_PAGES 0x3fffffUL
/* Address space the CPU works in; preemption off. NULL: kernel threads. */
void mm_activate(struct address_space *mm);

/* ------------------------------------------------------ changing mappings --
 */

/* What a caller may map: limits of its task. */
struct mm_limits {
    u64 address_space, data, stack, memlock; /* bytes; ~0: none */
    bool may_lock;                           /* CAP_IPC_LOCK */
    bool may_map_low; /* CAP_SYS_RAWIO: below vm_mmap_min_addr */
    bool admin;       /* CAP_SYS_ADMIN: overcommit's reserve */
};

/*
 * mmap. `flags` are Linux's MAP_* (the same on both architectures), prot is
 * PROT_*, offset in bytes (page aligned: abi/ checks). `grant` is borrowed;
 * NULL with MAP_ANONYMOUS. Returns the address or a negative errno.
 */
s64 mm_map(struct caller *who, const struct mm_limits *limits, u64 address,
           u64 length, u32 prot, u32 flags, struct grant *grant, u64 offset);
/* remap_file_pages: [start, length) of one shared mapping shows the object from
 * page `page_offset` on. 0 or a negative errno. */
s64 mm_remap_pages(struct caller *who, const struct mm_limits *limits,
                   u64 start, u64 length, u64 page_offset, u32 flags);
/*
 * In `mm`, by the kernel: ELF segments, stack. Page aligned; vma_flags are
 * VMA_*, the MAY flags included. Replaces what was there. With a grant it is a
 * private (or VMA_SHARED) mapping of that object. address 0: anywhere.
 */
s64 mm_map_fixed(struct address_space *mm, u64 address, u64 length,
                 u32 vma_flags, struct grant *grant, u64 offset);
s64 mm_map_frames(struct address_space *mm, u64 address, u64 length,
                  u32 vma_flags, const struct frame_ops *ops, void *data);
/* A free range of `length` for the kernel's own choice, or -ENOMEM. */
s64 mm_find_free(struct address_space *mm, u64 length);
/* Map the vDSO and its data; sets mm->vdso. `random`: bits for its place.
 * `ask_kernel`: its clocks make the system call (time namespaces). */
int mm_map_vdso(struct address_space *mm, u64 random, bool ask_kernel);
/* Change the latter. -ENOMEM. */
int mm_vdso_ask_kernel(struct address_space *mm, bool ask_kernel);
/* Grow the stack VMA downward so that it begins at or below `address`: exec's
 * argument copy. -ENOMEM, -EFAULT. */
int mm_grow_stack(struct address_space *mm, u64 address);

int mm_unmap(struct address_space *mm, u64 address, u64 length);
/* shmdt: unmap what one mmap of an object, whose VMAs have `closed`, put at
 * `address`, as far as it is still there. -EINVAL: nothing begins there. */
int mm_unmap_attachment(struct address_space *mm, u64 address,
                        void (*closed)(void *data));
int mm_protect(struct address_space *mm, const struct mm_limits *limits,
               u64 address, u64 length, u32 prot);
s64 mm_remap(struct address_space *mm, const struct mm_limits *limits, u64 old,
             u64 old_length, u64 new_length, u32 flags, u64 to);
int mm_advise(struct address_space *mm, u64 address, u64 length, int advice);
/* Returns the break: `to` if it could be moved there, else the old one. */
u64 mm_brk(struct address_space *mm, const struct mm_limits *limits, u64 to);
int mm_sync(struct address_space *mm, u64 address, u64 length, u32 flags);
int mm_lock(struct address_space *mm, const struct mm_limits *limits,
            u64 address, u64 length, u32 flags);
int mm_unlock(struct address_space *mm, u64 address, u64 length);
int mm_lock_all(struct address_space *mm, const struct mm_limits *l, u32 flags);
int mm_unlock_all(struct address_space *mm);
/* mincore: one byte per page to a kernel buffer; -ENOMEM at a hole. */
int mm_resident(struct address_space *mm, u64 address, u64 pages, u8 *out);
/* Everything that is resident goes: for a process that is being killed. */
void mm_discard(struct address_space *mm);
/* Bring [start, end) in as if touched (writably where that is allowed); stops
 * at the first error: -ENOMEM (hole or no memory), -EFAULT (SIGBUS), -EINTR. */
int mm_populate(struct address_space *mm, u64 start, u64 end);

/* --------------------------------------------------------------- look-ups --
 */

/* The first VMA with end > address, or NULL. Lock held. */
struct vma *mm_find_vma(struct address_space *mm, u64 address);
static inline struct vma *vma_next(const struct vma *vma)
{
    return rb_entry_safe(rb_next(&vma->node), struct vma, node);
}
static inline struct vma *vma_prev(const struct vma *vma)
{
    return rb_entry_safe(rb_prev(&vma->node), struct vma, node);
}
static inline struct vma *mm_first_vma(const struct address_space *mm)
{
    return rb_entry_safe(rb_first_cached(&mm->vmas), struct vma, node);
}
static inline bool vma_is_anonymous(const struct vma *vma)
{
    return !vma->mapping && !vma->frames;
}
static inline u64 vma_pages(const struct vma *vma)
{
    return (vma->end - vma->start) >> PAGE_SHIFT;
}
/* For the names "[heap]" and "[stack]" of /proc/<pid>/maps. Lock held. */
bool vma_is_heap(const struct vma *vma);
bool vma_is_stack(const struct vma *vma);

/* ----------------------------------------------------------------- faults --
 */

/*
 * The fault handler of user addresses. May sleep. Returns
 *   0        retry the access
 *   1        the same, and the store was read (a major fault)
 *   -EFAULT  nothing is mapped there (SIGSEGV, SEGV_MAPERR)
 *   -EACCES  the VMA forbids it (SIGSEGV, SEGV_ACCERR)
 *   -EIO     beyond the end of the file, or it cannot be read (SIGBUS,
 *            BUS_ADRERR)
 *   -ENOMEM  no memory; the OOM killer has acted: retry, unless this task is
 *            to die
 *   -EINTR   a fatal signal is pending
 */
int mm_fault(struct address_space *mm, const struct fault *fault);

/* Another process's memory (process_vm_readv, ptrace with `force`, which also
 * reads and writes what the protection forbids): bytes copied, short at the
 * first page that cannot be. */
size_t mm_access(struct address_space *mm, u64 address, void *buffer, size_t n,
                 bool write, bool force);
/* Pin a user page (direct I/O, futexes on shared memory): referenced; ERR_PTR
 * (-EFAULT, -ENOMEM). */
struct page *mm_pin_page(struct address_space *mm, u64 address, bool write);

/* Identity of a futex word: the same for all who share the memory. Valid as
 * long as the memory stays mapped. */
struct memory_key {
    const void *object; /* mapping or address space */
    u64 offset;         /* bytes */
};
/* `shared`: FUTEX_PRIVATE_FLAG is not given. -EFAULT. */
int mm_memory_key(struct address_space *mm, u64 address, bool shared,
                  struct memory_key *key);

/* ------------------------------------------------------------- statistics --
 */

u64 mm_resident_pages(const struct address_space *mm);
u64 mm_peak_resident_pages(const struct address_space *mm);
u64 mm_table_bytes(const struct address_space *mm);

/* What /proc/<pid>/smaps tells of one VMA; bytes. */
struct vma_usage {
    u64 rss, pss; /* pss: bytes << 12, so that sums do not lose fractions */
    u64 shared_clean, shared_dirty, private_clean, private_dirty;
    u64 referenced, anonymous, lazy_free, locked;
};
/* Adds to *usage; lock held. */
void vma_count_usage(struct vma *vma, struct vma_usage *usage);
/* /proc/<pid>/pagemap: one u64 per page of [address, ...); lock not held. */
void mm_pagemap(struct address_space *mm, u64 address, u64 pages, bool show_pfn,
                u64 *out);
/* /proc/<pid>/clear_refs 1: forget which pages were referenced. */
void mm_clear_referenced(struct address_space *mm);

#endif
