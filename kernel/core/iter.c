#include "core/iter.h"

#include "core/page.h"
#include "lib/errno.h"
#include "lib/string.h"

const struct user_memory_ops *user_memory;

/* What all kinds have. The rest is set by the kinds that read it: an iterator
 * is made for each system call that moves bytes. */
static inline void init(struct iter *it, enum iter_kind kind, bool to_iter,
                        u32 segments, size_t count)
{
    it->kind = (u8)kind;
    it->to_iter = to_iter;
    it->no_fault = false;
    it->segments = segments;
    it->offset = 0;
    it->count = count;
}

void iter_init_user(struct iter *it, struct address_space *mm, bool to_iter,
                    u64 base, size_t length)
{
    init(it, ITER_USER, to_iter, 1, length);
    /* NULL: the segment is the inline one, so that iterators can be copied. */
    it->user = NULL;
    it->mm = mm;
    it->inline_segment.base = base;
    it->inline_segment.length = length;
}

void iter_init_vector(struct iter *it, struct address_space *mm, bool to_iter,
                      const struct user_segment *v, u32 n, size_t total)
{
    init(it, ITER_USER, to_iter, n, total);
    it->user = v;
    it->mm = mm;
}

void iter_init_kernel(struct iter *it, bool to_iter, void *base, size_t length)
{
    init(it, ITER_KERNEL, to_iter, 1, length);
    it->kernel = base;
}

void iter_init_pages(struct iter *it, bool to_iter,
                     const struct page_segment *v, u32 n, size_t total)
{
    init(it, ITER_PAGES, to_iter, n, total);
    it->pages = v;
}

void iter_init_discard(struct iter *it, size_t length)
{
    init(it, ITER_DISCARD, true, 0, length);
}

/* ----------------------------------------------------------------- segments */

static inline const struct user_segment *user_segment(const struct iter *it)
{
    return it->user ? it->user : &it->inline_segment;
}

static size_t segment_length(const struct iter *it)
{
    switch (it->kind) {
    case ITER_USER:
        return user_segment(it)->length;
    case ITER_PAGES:
        return it->pages->length;
    default:
        return it->offset + it->count;
    }
}

/* Steps over segments that are used up. */
static void next_segments(struct iter *it)
{
    if (it->kind != ITER_USER && it->kind != ITER_PAGES)
        return;
    while (it->count && it->segments > 1 && it->offset >= segment_length(it)) {
        it->offset -= segment_length(it);
        it->segments--;
        if (it->kind == ITER_USER)
            it->user++;
        else
            it->pages++;
    }
}

void iter_advance(struct iter *it, size_t n)
{
    n = min(n, it->count);
    it->offset += n;
    it->count -= n;
    next_segments(it);
}

void iter_revert(struct iter *it, size_t n)
{
    it->count += n;
    while (n > it->offset) {
        n -= it->offset;
        it->segments++;
        if (it->kind == ITER_USER)
            it->user--;
        else
            it->pages--;
        it->offset = segment_length(it);
    }
    it->offset -= n;
}

void iter_truncate(struct iter *it, size_t n)
{
    it->count = min(it->count, n);
}

/* ------------------------------------------------------------------ copying */

enum copy_kind {
    COPY_TO,
    COPY_FROM,
    COPY_ZERO
};

/* One piece that lies in one segment. Returns what was moved. */
static size_t copy_user(struct iter *it, enum copy_kind kind, void *buffer,
                        size_t n)
{
    u64 va = user_segment(it)->base + it->offset;
    size_t left;

    if (kind == COPY_TO)
        left = user_memory->write(it->mm, va, buffer, n, it->no_fault);
    else if (kind == COPY_FROM)
        left = user_memory->read(it->mm, buffer, va, n, it->no_fault);
    else
        left = user_memory->clear(it->mm, va, n, it->no_fault);
    return n - left;
}

static size_t copy_memory(u8 *at, enum copy_kind kind, void *buffer, size_t n)
{
    if (kind == COPY_TO)
        memcpy(at, buffer, n);
    else if (kind == COPY_FROM)
        memcpy(buffer, at, n);
    else
        memset(at, 0, n);
    return n;
}

static size_t copy_piece(struct iter *it, enum copy_kind kind, void *buffer,
                         size_t n)
{
    switch (it->kind) {
    case ITER_USER:
        return copy_user(it, kind, buffer, n);
    case ITER_KERNEL:
        return copy_memory(it->kernel + it->offset, kind, buffer, n);
    case ITER_PAGES:
        return copy_memory((u8 *)page_address(it->pages->page) +
                               it->pages->offset + it->offset,
                           kind, buffer, n);
    default:
        return n;
    }
}

static size_t copy(struct iter *it, enum copy_kind kind, u8 *buffer, size_t n)
{
    size_t done = 0;

    n = min(n, it->count);
    if (likely(it->segments <= 1)) {
        done = copy_piece(it, kind, buffer, n);
        it->offset += done;
        it->count -= done;
        return done;
    }
    next_segments(it);
    while (done < n) {
        size_t piece = min(n - done, segment_length(it) - it->offset);
        size_t moved =
            copy_piece(it, kind, buffer ? buffer + done : NULL, piece);

        iter_advance(it, moved);
        done += moved;
        if (moved < piece)
            break;
    }
    return done;
}

size_t iter_copy_to(struct iter *it, const void *src, size_t n)
{
    return copy(it, COPY_TO, (u8 *)src, n);
}

size_t iter_copy_from(struct iter *it, void *dst, size_t n)
{
    return copy(it, COPY_FROM, dst, n);
}

size_t iter_zero(struct iter *it, size_t n)
{
    return copy(it, COPY_ZERO, NULL, n);
}

size_t iter_copy_to_page(struct page *page, size_t offset, size_t n,
                         struct iter *from)
{
    return iter_copy_from(from, (u8 *)page_address(page) + offset, n);
}

size_t iter_copy_from_page(struct page *page, size_t offset, size_t n,
                           struct iter *to)
{
    return iter_copy_to(to, (u8 *)page_address(page) + offset, n);
}

int iter_fault_in(struct iter *it, size_t n)
{
    struct iter at = *it;
    size_t done = 0;

    if (it->kind != ITER_USER)
        return 0;
    n = min(n, it->count);
    next_segments(&at);
    while (done < n) {
        size_t piece = min(n - done, segment_length(&at) - at.offset);
        int error = user_memory->fault_in(
            at.mm, user_segment(&at)->base + at.offset, piece, at.to_iter);

        /* The first byte decides; what follows may fault later. */
        if (error)
            return done ? 0 : error;
        iter_advance(&at, piece);
        done += piece;
    }
    return 0;
}
