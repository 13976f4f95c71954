/*
 * Data iterators: where the bytes of a transfer come from or go to.
 *
 * One type for user memory (an iovec array in one address space), kernel memory
 * and page fragments. Copy functions advance the iterator and return how much
 * they moved: fewer than asked means a fault at that point (user memory only).
 * They may fault and sleep on user memory: hold only sleeping locks that come
 * before the address-space lock.
 */
#ifndef CORE_ITER_H
#define CORE_ITER_H

#include "lib/types.h"
#include "lib/compiler.h"

struct address_space;
struct page;

struct user_segment { /* the ABI's struct iovec */
    u64 base;
    u64 length;
};

struct page_segment {
    struct page *page; /* borrowed: whoever made the iterator holds it */
    u32 offset, length;
};

enum iter_kind {
    ITER_USER,
    ITER_KERNEL,
    ITER_PAGES,
    ITER_DISCARD
};

struct iter {
    u8 kind;
    bool to_iter;  /* data flows into the iterator (a read) */
    bool no_fault; /* user pages that are not present: stop rather than sleep */
    u32 segments;  /* left, the current one included */
    size_t offset; /* into the current segment */
    size_t count;  /* bytes left in all */
    union {
        const struct user_segment *user;
        const struct page_segment *pages;
        u8 *kernel;
    };
    struct address_space *mm;           /* ITER_USER: borrowed */
    struct user_segment inline_segment; /* for iter_init_user */
};

void iter_init_user(struct iter *it, struct address_space *mm, bool to_iter,
                    u64 base, size_t length);
void iter_init_vector(struct iter *it, struct address_space *mm, bool to_iter,
                      const struct user_segment *v, u32 n, size_t total);
void iter_init_kernel(struct iter *it, bool to_iter, void *base, size_t length);
void iter_init_pages(struct iter *it, bool to_iter,
                     const struct page_segment *v, u32 n, size_t total);
void iter_init_discard(struct iter *it, size_t length);

/* Kernel buffer -> iterator, iterator -> kernel buffer, zeros -> iterator. */
size_t iter_copy_to(struct iter *it, const void *src, size_t n);
size_t iter_copy_from(struct iter *it, void *dst, size_t n);
size_t iter_zero(struct iter *it, size_t n);
/* The same from and to a page; offset + n <= PAGE_SIZE. */
size_t iter_copy_to_page(struct page *page, size_t offset, size_t n,
                         struct iter *from);
size_t iter_copy_from_page(struct page *page, size_t offset, size_t n,
                           struct iter *to);
void iter_advance(struct iter *it, size_t n);
void iter_revert(struct iter *it, size_t n);
static inline size_t iter_count(const struct iter *it)
{
    return it->count;
}
void iter_truncate(struct iter *it, size_t n);
/* Make the next n bytes present, so that a following no_fault copy succeeds
 * unless memory is short: 0 or -EFAULT. Call without locks. */
int iter_fault_in(struct iter *it, size_t n);

/*
 * User memory of any address space, the current one quickly. vm/ implements
 * them; core declares the table so that iterators reach them.
 */
struct user_memory_ops {
    /* Bytes NOT copied. */
    size_t (*read)(struct address_space *mm, void *dst, u64 src, size_t n,
                   bool no_fault);
    size_t (*write)(struct address_space *mm, u64 dst, const void *src,
                    size_t n, bool no_fault);
    size_t (*clear)(struct address_space *mm, u64 dst, size_t n, bool no_fault);
    int (*fault_in)(struct address_space *mm, u64 va, size_t n, bool write);
};
extern const struct user_memory_ops *user_memory;

#endif
