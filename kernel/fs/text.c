/*
 * Growing text buffers for generated files.
 */
#include "core/slab.h"
#include "fs/pseudo.h"
#include "lib/printf.h"
#include "lib/string.h"

void text_init(struct text *t)
{
    *t = (struct text){.data = NULL};
}

void text_free(struct text *t)
{
    kvfree(t->data);
    text_init(t);
}

/* Room for n more bytes and a NUL. */
bool text_reserve(struct text *t, size_t n)
{
    size_t wanted = t->length + n + 1, capacity = t->capacity;
    char *data;

    if (wanted <= capacity)
        return true;
    if (t->error)
        return false;
    capacity = capacity ? capacity : 256;
    while (capacity < wanted)
        capacity *= 2;
    data = kvmalloc(capacity, ALLOC_KERNEL);
    if (!data) {
        t->error = -ENOMEM;
        return false;
    }
    if (t->length)
        memcpy(data, t->data, t->length);
    kvfree(t->data);
    t->data = data;
    t->capacity = capacity;
    return true;
}

void text_append(struct text *t, const void *data, size_t n)
{
    if (!n || !text_reserve(t, n))
        return;
    memcpy(t->data + t->length, data, n);
    t->length += n;
}

void text_putc(struct text *t, char c)
{
    text_append(t, &c, 1);
}

void text_puts(struct text *t, const char *s)
{
    text_append(t, s, strlen(s));
}

static void emit(void *ctx, const char *s, size_t n)
{
    text_append(ctx, s, n);
}

void text_printf(struct text *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vcbprintf(emit, t, format, args);
    va_end(args);
}

void text_escape(struct text *t, const char *s, size_t n, const char *escape)
{
    size_t done = 0;

    for (size_t i = 0; i < n; i++) {
        if (!s[i] || !strchr(escape, s[i]))
            continue;
        text_append(t, s + done, i - done);
        text_printf(t, "\\%03o", (u8)s[i]);
        done = i + 1;
    }
    text_append(t, s + done, n - done);
}
