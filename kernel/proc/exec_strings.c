/* Argument and environment strings between two address spaces. */
#include "core/page.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/exec.h"
#include "vm/user.h"

struct string_area {
    u8 **pages; /* kernel addresses of whole pages, owned */
    u32 page_count, page_slots;
    size_t size;     /* bytes used */
    size_t reserved; /* bytes counted for pointers */
    size_t limit;
};

struct string_area *string_area_create(size_t limit)
{
    struct string_area *a = kzalloc(sizeof(*a), ALLOC_KERNEL);

    if (a)
        a->limit = limit;
    return a;
}

void string_area_free(struct string_area *a)
{
    if (!a)
        return;
    for (u32 i = 0; i < a->page_count; i++)
        page_free_kernel(a->pages[i], 0);
    kfree(a->pages);
    kfree(a);
}

size_t string_area_size(const struct string_area *a)
{
    return a->size;
}

int string_area_reserve(struct string_area *a, size_t bytes)
{
    a->reserved += bytes;
    return a->size + a->reserved > a->limit ? -E2BIG : 0;
}

/* Make room for at least one byte behind a->size. */
static int grow(struct string_area *a)
{
    void *page;

    if (a->size < (size_t)a->page_count << PAGE_SHIFT)
        return 0;
    if (a->page_count == a->page_slots) {
        u32 slots = a->page_slots ? a->page_slots * 2 : 4;
        u8 **pages = krealloc(a->pages, slots * sizeof(*pages), ALLOC_KERNEL);
        if (!pages)
            return -ENOMEM;
        a->pages = pages;
        a->page_slots = slots;
    }
    page = page_alloc_kernel(0, ALLOC_KERNEL);
    if (!page)
        return -ENOMEM;
    a->pages[a->page_count++] = page;
    return 0;
}

static u8 *position(const struct string_area *a, size_t offset, size_t *room)
{
    *room = PAGE_SIZE - (offset & (PAGE_SIZE - 1));
    return a->pages[offset >> PAGE_SHIFT] + (offset & (PAGE_SIZE - 1));
}

int string_area_append_user(struct string_area *a, struct address_space *mm,
                            u64 address)
{
    size_t length = 0;

    for (;;) {
        size_t room;
        ssize_t n;
        u8 *to;
        int error = grow(a);

        if (error)
            return error;
        to = position(a, a->size, &room);
        n = user_read_string(mm, (char *)to, address + length, room);
        if (n >= 0) {
            length += n + 1;
            a->size += n + 1;
            break;
        }
        if (n != -ENAMETOOLONG)
            return n;
        length += room;
        a->size += room;
        if (length > EXEC_STRING_MAX || a->size + a->reserved > a->limit)
            return -E2BIG;
    }
    if (length > EXEC_STRING_MAX || a->size + a->reserved > a->limit)
        return -E2BIG;
    return 0;
}

int string_area_append(struct string_area *a, const char *s)
{
    size_t n = strlen(s) + 1;

    while (n) {
        size_t room;
        u8 *to;
        int error = grow(a);

        if (error)
            return error;
        to = position(a, a->size, &room);
        room = min(room, n);
        memcpy(to, s, room);
        s += room;
        n -= room;
        a->size += room;
    }
    return a->size + a->reserved > a->limit ? -E2BIG : 0;
}

size_t string_area_first_length(const struct string_area *a)
{
    size_t length = 0;

    while (length < a->size) {
        size_t room;
        u8 *p = position(a, length, &room);
        u8 *end;

        room = min(room, a->size - length);
        end = memchr(p, 0, room);
        if (end)
            return length + (end - p);
        length += room;
    }
    return length;
}

int string_area_write(const struct string_area *a, size_t from, size_t n,
                      struct address_space *mm, u64 to)
{
    while (n) {
        size_t room;
        u8 *p = position(a, from, &room);

        room = min(room, n);
        if (user_write(mm, to, p, room))
            return -EFAULT;
        from += room;
        to += room;
        n -= room;
    }
    return 0;
}

int string_area_each(const struct string_area *a, size_t from, size_t n,
                     int (*fn)(void *ctx, size_t offset), void *ctx)
{
    size_t end = from + n;
    bool at_start = true;

    while (from < end) {
        size_t room;
        u8 *p = position(a, from, &room);

        room = min(room, end - from);
        for (size_t i = 0; i < room; i++) {
            if (at_start) {
                int error = fn(ctx, from + i);
                if (error)
                    return error;
            }
            at_start = p[i] == 0;
        }
        from += room;
    }
    return 0;
}
