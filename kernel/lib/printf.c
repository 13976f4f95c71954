#include "lib/printf.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

int (*printf_symbol)(char *buf, size_t size, const void *addr);

enum {
    LEFT = 1,  /* - */
    PLUS = 2,  /* + */
    SPACE = 4, /* blank */
    ALT = 8,   /* # */
    ZERO = 16, /* 0 */
    UPPER = 32,
    SIGNED = 64,
};

/* Larger widths and precisions are mistakes. */
#define MAX_WIDTH 65535

struct out {
    printf_emit_fn emit;
    void *ctx;
    u64 total;
};

struct spec {
    unsigned int flags;
    int width;
    int precision; /* -1: none */
    char length;   /* H for hh, L for ll, else the letter or 0 */
    char conv;
};

static void put(struct out *o, const char *s, size_t n)
{
    if (n)
        o->emit(o->ctx, s, n);
    o->total += n;
}

static void pad(struct out *o, char c, long n)
{
    char run[32];

    if (n <= 0)
        return;
    memset(run, c, sizeof(run));
    for (; n > 0; n -= (long)sizeof(run))
        put(o, run, min((size_t)n, sizeof(run)));
}

static void put_padded(struct out *o, const struct spec *sp, const char *s,
                       size_t n)
{
    long fill = sp->width - (long)n;

    if (!(sp->flags & LEFT))
        pad(o, ' ', fill);
    put(o, s, n);
    if (sp->flags & LEFT)
        pad(o, ' ', fill);
}

/* Digits of v, most significant first, ending before `end`. */
static char *digits(char *end, u64 v, unsigned int base, bool upper)
{
    const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";

    for (; v; v /= base)
        *--end = set[v % base];
    return end;
}

static void put_number(struct out *o, const struct spec *sp, u64 v,
                       unsigned int base)
{
    char buf[24], prefix[3];
    char *end = buf + sizeof(buf), *s;
    bool negative = (sp->flags & SIGNED) && (s64)v < 0;
    size_t npre = 0;
    long n, zeros, fill;

    if (negative)
        prefix[npre++] = '-';
    else if ((sp->flags & (SIGNED | PLUS)) == (SIGNED | PLUS))
        prefix[npre++] = '+';
    else if ((sp->flags & (SIGNED | SPACE)) == (SIGNED | SPACE))
        prefix[npre++] = ' ';
    if (base == 16 && (sp->flags & ALT) && v) {
        prefix[npre++] = '0';
        prefix[npre++] = sp->flags & UPPER ? 'X' : 'x';
    }
    s = digits(end, negative ? 0 - v : v, base, sp->flags & UPPER);
    n = end - s;
    zeros = (sp->precision < 0 ? 1 : sp->precision) - n;
    if (base == 8 && (sp->flags & ALT) && zeros <= 0 && (n == 0 || *s != '0'))
        zeros = 1;
    fill = sp->width - (long)npre - n - max(zeros, 0L);
    if (sp->precision < 0 && (sp->flags & (ZERO | LEFT)) == ZERO && fill > 0) {
        zeros = max(zeros, 0L) + fill;
        fill = 0;
    }
    if (!(sp->flags & LEFT))
        pad(o, ' ', fill);
    put(o, prefix, npre);
    pad(o, '0', zeros);
    put(o, s, (size_t)n);
    if (sp->flags & LEFT)
        pad(o, ' ', fill);
}

static void put_pointer(struct out *o, struct spec *sp, const void *ptr,
                        char ext)
{
    char sym[128];
    const char *name = NULL;
    int n = 0;

    if (ext == 'S' && printf_symbol) {
        n = printf_symbol(sym, sizeof(sym), ptr);
        name = sym;
    } else if (ext == 'e' && IS_ERR(ptr)) {
        name = errno_name((int)PTR_ERR(ptr));
        n = name ? (int)strlen(name) : 0;
    }
    if (n > 0) {
        put_padded(o, sp, name, min((size_t)n, sizeof(sym)));
        return;
    }
    if (sp->precision < 0)
        sp->precision = 16;
    put_number(o, sp, (u64)(uintptr_t)ptr, 16);
}

/* Parses what follows a %; returns the first character after it. */
static const char *parse_spec(const char *f, struct spec *sp, va_list *args)
{
    static const char flag_chars[] = "-+ #0";
    const char *p;

    *sp = (struct spec){.precision = -1};
    for (; *f && (p = strchr(flag_chars, *f)); f++)
        sp->flags |= 1U << (p - flag_chars);
    if (*f == '*') {
        sp->width = va_arg(*args, int);
        if (sp->width < 0) {
            sp->flags |= LEFT;
            sp->width = sp->width < -MAX_WIDTH ? MAX_WIDTH : -sp->width;
        }
        f++;
    } else {
        for (; isdigit(*f); f++)
            if (sp->width < MAX_WIDTH)
                sp->width = sp->width * 10 + (*f - '0');
    }
    if (*f == '.') {
        sp->precision = 0;
        if (*++f == '*') {
            sp->precision = max(va_arg(*args, int), -1);
            f++;
        } else {
            for (; isdigit(*f); f++)
                if (sp->precision < MAX_WIDTH)
                    sp->precision = sp->precision * 10 + (*f - '0');
        }
    }
    if (*f && strchr("hlztj", *f)) {
        sp->length = *f++;
        if (sp->length == *f && (*f == 'h' || *f == 'l')) {
            sp->length = *f == 'h' ? 'H' : 'l';
            f++;
        }
    }
    sp->conv = *f;
    return *f ? f + 1 : f;
}

static u64 fetch(const struct spec *sp, va_list *args)
{
    bool sign = sp->flags & SIGNED;
    int v;

    if (sp->length == 'l' || sp->length == 'z' || sp->length == 't' ||
        sp->length == 'j')
        return va_arg(*args, u64);
    v = va_arg(*args, int);
    if (sp->length == 'H')
        return sign ? (u64)(s8)v : (u8)v;
    if (sp->length == 'h')
        return sign ? (u64)(s16)v : (u16)v;
    return sign ? (u64)v : (unsigned int)v;
}

static const char *convert(struct out *o, struct spec *sp, const char *f,
                           va_list *args)
{
    const char *s;
    char c;

    switch (sp->conv) {
    case 'd':
    case 'i':
        sp->flags |= SIGNED;
        put_number(o, sp, fetch(sp, args), 10);
        break;
    case 'u':
        put_number(o, sp, fetch(sp, args), 10);
        break;
    case 'o':
        put_number(o, sp, fetch(sp, args), 8);
        break;
    case 'X':
        sp->flags |= UPPER;
        put_number(o, sp, fetch(sp, args), 16);
        break;
    case 'x':
        put_number(o, sp, fetch(sp, args), 16);
        break;
    case 'c':
        c = (char)va_arg(*args, int);
        put_padded(o, sp, &c, 1);
        break;
    case 's':
        s = va_arg(*args, const char *);
        if (!s)
            s = "(null)";
        put_padded(o, sp, s,
                   sp->precision < 0 ? strlen(s)
                                     : strnlen(s, (size_t)sp->precision));
        break;
    case 'p':
        c = *f == 'S' || *f == 'e' ? *f++ : 0;
        put_pointer(o, sp, va_arg(*args, const void *), c);
        break;
    case '%':
        put(o, "%", 1);
        break;
    case '\0':
        break;
    default: /* unknown: show it, so that the mistake is seen */
        put(o, "%", 1);
        put(o, &sp->conv, 1);
    }
    return f;
}

int vcbprintf(printf_emit_fn emit, void *ctx, const char *fmt, va_list ap)
{
    struct out o = {emit, ctx, 0};
    va_list args;

    va_copy(args, ap);
    while (*fmt) {
        const char *end = strchrnul(fmt, '%');
        struct spec sp;

        put(&o, fmt, (size_t)(end - fmt));
        if (!*end)
            break;
        fmt = parse_spec(end + 1, &sp, &args);
        fmt = convert(&o, &sp, fmt, &args);
    }
    va_end(args);
    return (int)min_t(u64, o.total, INT_MAX);
}

struct buffer {
    char *at;
    size_t left; /* without the NUL */
};

static void emit_buffer(void *ctx, const char *s, size_t n)
{
    struct buffer *b = ctx;

    n = min(n, b->left);
    if (!n)
        return;
    memcpy(b->at, s, n);
    b->at += n;
    b->left -= n;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
    struct buffer b = {buf, size ? size - 1 : 0};
    int n = vcbprintf(emit_buffer, &b, fmt, args);

    if (size)
        *b.at = '\0';
    return n;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(buf, size, fmt, args);
    va_end(args);
    return n;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
    int n = vsnprintf(buf, size, fmt, args);

    if (!size)
        return 0;
    return (int)min((size_t)n, size - 1);
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    int n;

    va_start(args, fmt);
    n = vscnprintf(buf, size, fmt, args);
    va_end(args);
    return n;
}
