/*
 * Address spaces: VMAs, faults, and the calls that change them.
 *
 * address_space.lock (sleeping, readers/writer) guards the VMA tree: faults,
 * user copies into other spaces and /proc readers take it for reading; mmap and
 * friends for writing. Translations are installed by compare-and-set under the
 * read lock. A VMA that maps an object holds the object's grant (grant_use):
 * revoking the grant unmaps it.
 */
#ifndef VM_ADDRESS_SPACE_H
#define VM_ADDRESS_SPACE_H

#include "arch/arch.h"
#include "core/caller.h"
#include "core/lock.h"
#include "core/object.h"
#include "lib/rbtree.h"
#include "lib/refcount.h"
#include "lib/interval_tree.h"

struct mapping;
struct anon_family;

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
#define VMA_HEAP        BIT(14) /* brk */
#define VMA_STACK       BIT(15)
#define VMA_VDSO        BIT(16)
#define VMA_VVAR        BIT(17)
#define VMA_SEQ_READ    BIT(18)
#define VMA_RAND_READ   BIT(19)
#define VMA_LOCKONFAULT BIT(20)
#define VMA_MERGEABLE   BIT(21)
#define VMA_HUGEPAGE    BIT(22)
#define VMA_NOHUGEPAGE  BIT(23)

struct vma {
    struct rb_node node; /* by start; augmented with the largest gap */
    u64 start, end;      /* page aligned */
    u64 gap, subtree_gap;
    u32 flags;  /* VMA_* */
    u64 offset; /* pages: into mapping, or start >> 12 for anonymous */
    struct address_space *mm; /* borrowed */
    struct mapping *mapping;  /* borrowed through use.grant; NULL: anonymous */
    struct grant_use use;     /* when it maps an object */
    const struct frame_ops *frames;
    void *frames_data;
    void (*opened)(void *data);
    void (*closed)(void *data);
    struct anon_family *anon; /* owned; NULL until the first private page */
    struct list_head anon_link;
    struct interval_node in_mapping; /* in mapping->vmas */
};

struct address_space {
    refcount_t users; /* tasks and long users; at 0 everything is unmapped */
    refcount_t refs;  /* the structure */
    rwlock_t lock;    /* guards what follows */
    struct rb_root_cached vmas;
    u32 vma_count;
    u64 total_pages, locked_pages, data_pages, stack_pages, exec_pages;
    atomic64_t anon_pages, file_pages, shmem_pages; /* resident */
    u64 peak_resident, peak_total;
    u64 mmap_base; /* top-down allocation starts here */
    u64 brk_start, brk;
    u64 stack_start, arg_start, arg_end, env_start, env_end;
    u64 code_start, code_end, data_start, data_end;
    u64 vdso;
    u64 auxv[2 * 28];
    u32 auxv_words;
    u32 default_flags;        /* MCL_FUTURE */
    struct grant *executable; /* /proc/<pid>/exe; owned */
    struct account *account;  /* owned */
    struct arch_aspace arch;
    void *owner_hint; /* task that the OOM killer would take */
};

struct address_space *mm_create(struct account *account); /* ERR_PTR */
struct address_space *mm_get(struct address_space *mm);
void mm_put(struct address_space *mm); /* drop a user; may sleep */
/* A user reference unless it is being torn down (for look-ups by pid). */
bool mm_get_unless_dead(struct address_space *mm);
/* fork: copy-on-write copy. -ENOMEM undoes everything. */
struct address_space *mm_fork(struct address_space *parent);

/* What a caller may map: limits of its task. */
struct mm_limits {
    u64 address_space, data, stack, memlock; /* bytes; ~0: none */
    bool may_lock;                           /* CAP_IPC_LOCK */
};

/* mmap. `flags` are Linux's MAP_* (the same on both architectures), prot is
 * PROT_*. Returns the address or a negative errno. */
s64 mm_map(struct caller *who, const struct mm_limits *limits, u64 address,
           u64 length, u32 prot, u32 flags, struct grant *grant, u64 offset);
/* In `mm`, by the kernel: ELF segments, stack, vDSO. vma_flags are VMA_*. */
s64 mm_map_fixed(struct address_space *mm, u64 address, u64 length,
                 u32 vma_flags, struct grant *grant, u64 offset);
s64 mm_map_frames(struct address_space *mm, u64 address, u64 length,
                  u32 vma_flags, const struct frame_ops *ops, void *data);
int mm_unmap(struct address_space *mm, u64 address, u64 length);
int mm_protect(struct address_space *mm, const struct mm_limits *limits,
               u64 address, u64 length, u32 prot);
s64 mm_remap(struct address_space *mm, const struct mm_limits *limits, u64 old,
             u64 old_length, u64 new_length, u32 flags, u64 to);
int mm_advise(struct address_space *mm, u64 address, u64 length, int advice);
u64 mm_brk(struct address_space *mm, const struct mm_limits *limits, u64 to);
int mm_sync(struct address_space *mm, u64 address, u64 length, u32 flags);
int mm_lock(struct address_space *mm, const struct mm_limits *limits,
            u64 address, u64 length, u32 flags);
int mm_unlock(struct address_space *mm, u64 address, u64 length);
int mm_lock_all(struct address_space *mm, const struct mm_limits *l, u32 flags);
int mm_unlock_all(struct address_space *mm);
/* mincore: one byte per page to a kernel buffer. */
int mm_resident(struct address_space *mm, u64 address, u64 pages, u8 *out);

struct vma *mm_find_vma(struct address_space *mm, u64 address); /* end > addr */

/* The fault handler. 0, or -EFAULT (SEGV_MAPERR), -EACCES (SEGV_ACCERR), -EIO
 * (SIGBUS BUS_ADRERR), -ENOMEM (the OOM killer has acted), -EAGAIN. */
int mm_fault(struct address_space *mm, const struct fault *fault);

/* Another process's memory (process_vm_readv, ptrace with `force`): bytes
 * copied, short at the first page that cannot be. */
size_t mm_access(struct address_space *mm, u64 address, void *buffer, size_t n,
                 bool write, bool force);
/* Pin a user page (direct I/O, futex keys on shared memory): referenced. */
struct page *mm_pin_page(struct address_space *mm, u64 address, bool write);

/* Identity of a futex word: the same for all who share the memory. */
struct memory_key {
    const void *object; /* mapping or address space */
    u64 offset;         /* bytes */
};
int mm_memory_key(struct address_space *mm, u64 address, bool shared,
                  struct memory_key *key);

/* Address space the CPU works in. */
void mm_activate(struct address_space *mm); /* NULL: kernel threads */

u64 mm_resident_pages(const struct address_space *mm);

#endif
