/*
 * Walks AML (ACPI Specification 6.5, chapter 20) without running it. A term
 * that is not understood ends the list that it is in; what encloses that list
 * knows its length and goes on behind it. Methods and conditional blocks are
 * passed over.
 */
#include "lib/acpi_parse.h"
#include "lib/byteorder.h"
#include "lib/string.h"

#define MAX_DEPTH 16

enum {
    OP_ZERO = 0x00,
    OP_ONE = 0x01,
    OP_ALIAS = 0x06,
    OP_NAME = 0x08,
    OP_BYTE = 0x0a,
    OP_WORD = 0x0b,
    OP_DWORD = 0x0c,
    OP_STRING = 0x0d,
    OP_QWORD = 0x0e,
    OP_SCOPE = 0x10,
    OP_BUFFER = 0x11,
    OP_PACKAGE = 0x12,
    OP_VAR_PACKAGE = 0x13,
    OP_METHOD = 0x14,
    OP_EXTERNAL = 0x15,
    DUAL_NAME = 0x2e,
    MULTI_NAME = 0x2f,
    OP_EXT = 0x5b,
    OP_CREATE_DWORD = 0x8a,
    OP_CREATE_WORD = 0x8b,
    OP_CREATE_BYTE = 0x8c,
    OP_CREATE_BIT = 0x8d,
    OP_CREATE_QWORD = 0x8f,
    OP_IF = 0xa0,
    OP_ELSE = 0xa1,
    OP_WHILE = 0xa2,
    OP_ONES = 0xff,
    /* behind OP_EXT */
    EXT_MUTEX = 0x01,
    EXT_EVENT = 0x02,
    EXT_REVISION = 0x30,
    EXT_REGION = 0x80,
    EXT_FIELD = 0x81,
    EXT_DEVICE = 0x82,
    EXT_PROCESSOR = 0x83,
    EXT_POWER = 0x84,
    EXT_THERMAL = 0x85,
    EXT_INDEX_FIELD = 0x86,
    EXT_BANK_FIELD = 0x87,
    EXT_DATA_REGION = 0x88,
};

struct cursor {
    const u8 *p;
    const u8 *end;
};

struct walk {
    bool (*device)(void *arg, const struct acpi_device *dev);
    void *arg;
    bool stopped; /* device() returned false */
    bool s5_found;
    u8 s5[2];
};

static size_t left(const struct cursor *c)
{
    return (size_t)(c->end - c->p);
}

static bool take_byte(struct cursor *c, u8 *out)
{
    if (c->p == c->end)
        return false;
    *out = *c->p++;
    return true;
}

static bool skip(struct cursor *c, size_t n)
{
    if (n > left(c))
        return false;
    c->p += n;
    return true;
}

/* A package length, and what it encloses; c goes on behind. */
static bool take_package(struct cursor *c, struct cursor *inside)
{
    const u8 *start = c->p;
    u8 lead, b;
    size_t len;

    if (!take_byte(c, &lead))
        return false;
    len = lead >> 6 ? lead & 15 : lead & 63;
    for (unsigned int i = 0; i < lead >> 6; i++) {
        if (!take_byte(c, &b))
            return false;
        len |= (size_t)b << (4 + 8 * i);
    }
    if (len < (size_t)(c->p - start) || len > (size_t)(c->end - start))
        return false;
    *inside = (struct cursor){c->p, start + len};
    c->p = start + len;
    return true;
}

static bool is_name_start(u8 b)
{
    return (b >= 'A' && b <= 'Z') || b == '_' || b == '\\' || b == '^' ||
           b == DUAL_NAME || b == MULTI_NAME;
}

/* A name; its last segment, or "" for the null name. */
static bool take_name(struct cursor *c, char last[5])
{
    size_t segments = 1;
    u8 b;

    memset(last, 0, 5);
    do {
        if (!take_byte(c, &b))
            return false;
    } while (b == '\\' || b == '^');
    if (b == 0)
        return true;
    if (b == DUAL_NAME) {
        segments = 2;
    } else if (b == MULTI_NAME) {
        if (!take_byte(c, &b) || b == 0)
            return false;
        segments = b;
    } else if (is_name_start(b)) {
        c->p--;
    } else {
        return false;
    }
    if (!skip(c, segments * 4))
        return false;
    memcpy(last, c->p - 4, 4);
    return true;
}

/* An integer constant; false, with c unmoved, if none comes. */
static bool take_integer(struct cursor *c, u64 *out)
{
    static const u8 sizes[] = {
        [OP_BYTE] = 1, [OP_WORD] = 2, [OP_DWORD] = 4, [OP_QWORD] = 8};
    size_t size;

    if (c->p == c->end)
        return false;
    switch (*c->p) {
    case OP_ZERO:
    case OP_ONE:
        *out = *c->p++;
        return true;
    case OP_ONES:
        *out = U64_MAX;
        c->p++;
        return true;
    case OP_BYTE:
    case OP_WORD:
    case OP_DWORD:
    case OP_QWORD:
        size = sizes[*c->p];
        if (left(c) < 1 + size)
            return false;
        *out = 0;
        memcpy(out, c->p + 1, size);
        c->p += 1 + size;
        return true;
    }
    return false;
}

/* An object or argument that is a constant or a name. */
static bool skip_argument(struct cursor *c)
{
    struct cursor inside;
    const u8 *nul;
    char name[5];
    u64 v;

    if (take_integer(c, &v))
        return true;
    if (c->p == c->end)
        return false;
    switch (*c->p) {
    case OP_STRING:
        nul = memchr(c->p, 0, left(c));
        if (!nul)
            return false;
        c->p = nul + 1;
        return true;
    case OP_BUFFER:
    case OP_PACKAGE:
    case OP_VAR_PACKAGE:
        c->p++;
        return take_package(c, &inside);
    case OP_EXT:
        if (left(c) < 2 || c->p[1] != EXT_REVISION)
            return false;
        return skip(c, 2);
    }
    return is_name_start(*c->p) && take_name(c, name);
}

/* "PNP0A08" from its 32 bits, 19.3.4 */
static void decode_eisa_id(u32 id, char out[16])
{
    static const char hex[] = "0123456789ABCDEF";

    id = swab32(id);
    for (int i = 0; i < 3; i++)
        out[i] = (char)('@' + (id >> (26 - 5 * i) & 31));
    for (int i = 0; i < 4; i++)
        out[3 + i] = hex[id >> (12 - 4 * i) & 15];
    out[7] = '\0';
}

static void read_hid(struct cursor value, struct acpi_device *dev)
{
    const char *s = (const char *)value.p + 1;
    u64 id;

    if (take_integer(&value, &id))
        decode_eisa_id((u32)id, dev->hid);
    else if (left(&value) > 1 && *value.p == OP_STRING &&
             strnlen(s, left(&value) - 1) < sizeof(dev->hid))
        strscpy(dev->hid, s, sizeof(dev->hid));
}

/* A resource template is a buffer: its size, then the bytes. */
static void read_crs(struct cursor value, struct acpi_device *dev)
{
    struct cursor inside;
    u64 size;

    if (!left(&value) || *value.p++ != OP_BUFFER ||
        !take_package(&value, &inside) || !take_integer(&inside, &size))
        return;
    dev->crs = inside.p;
    dev->crs_len = min((size_t)size, left(&inside));
}

static void read_s5(struct cursor value, struct walk *w)
{
    struct cursor inside;
    u64 typ[2] = {0, 0};
    u8 count;

    if (!left(&value) || *value.p++ != OP_PACKAGE ||
        !take_package(&value, &inside) || !take_byte(&inside, &count) ||
        count < 1 || !take_integer(&inside, &typ[0]))
        return;
    if (count < 2 || !take_integer(&inside, &typ[1]))
        typ[1] = typ[0];
    w->s5[0] = (u8)typ[0];
    w->s5[1] = (u8)typ[1];
    w->s5_found = true;
}

static bool do_name(struct walk *w, struct cursor *c, struct acpi_device *dev)
{
    struct cursor value;
    char name[5];
    u64 v;

    if (!take_name(c, name))
        return false;
    value = *c;
    if (!skip_argument(c))
        return false;
    value.end = c->p;
    if (memcmp(name, "_S5_", 4) == 0)
        read_s5(value, w);
    if (!dev)
        return true;
    if (memcmp(name, "_HID", 4) == 0)
        read_hid(value, dev);
    else if (memcmp(name, "_CRS", 4) == 0)
        read_crs(value, dev);
    else if (memcmp(name, "_UID", 4) == 0 && take_integer(&value, &v))
        dev->uid = v;
    return true;
}

static void walk_terms(struct walk *w, struct cursor c, struct acpi_device *dev,
                       unsigned int depth);

static bool do_device(struct walk *w, struct cursor *c, unsigned int depth)
{
    struct acpi_device dev = {.crs = NULL};
    struct cursor inside;

    if (!take_package(c, &inside) || !take_name(&inside, dev.name))
        return false;
    walk_terms(w, inside, &dev, depth + 1);
    if (dev.hid[0] && w->device && !w->stopped)
        w->stopped = !w->device(w->arg, &dev);
    return true;
}

static bool do_scope(struct walk *w, struct cursor *c, unsigned int depth)
{
    struct cursor inside;
    char name[5];

    if (!take_package(c, &inside) || !take_name(&inside, name))
        return false;
    walk_terms(w, inside, NULL, depth + 1);
    return true;
}

/* Processors, power resources, thermal zones: a scope behind n bytes. */
static bool do_other_scope(struct walk *w, struct cursor *c, size_t n,
                           unsigned int depth)
{
    struct cursor inside;
    char name[5];

    if (!take_package(c, &inside) || !take_name(&inside, name) ||
        !skip(&inside, n))
        return false;
    walk_terms(w, inside, NULL, depth + 1);
    return true;
}

static bool skip_region(struct cursor *c, unsigned int arguments)
{
    while (arguments--)
        if (!skip_argument(c))
            return false;
    return true;
}

static bool do_extended(struct walk *w, struct cursor *c, unsigned int depth)
{
    struct cursor inside;
    char name[5];
    u8 op;

    if (!take_byte(c, &op))
        return false;
    switch (op) {
    case EXT_DEVICE:
        return do_device(w, c, depth);
    case EXT_PROCESSOR:
        return do_other_scope(w, c, 6, depth);
    case EXT_POWER:
        return do_other_scope(w, c, 3, depth);
    case EXT_THERMAL:
        return do_other_scope(w, c, 0, depth);
    case EXT_FIELD:
    case EXT_INDEX_FIELD:
    case EXT_BANK_FIELD:
        return take_package(c, &inside);
    case EXT_MUTEX:
        return take_name(c, name) && skip(c, 1);
    case EXT_EVENT:
        return take_name(c, name);
    case EXT_REGION:
        return take_name(c, name) && skip(c, 1) && skip_region(c, 2);
    case EXT_DATA_REGION:
        return take_name(c, name) && skip_region(c, 3);
    }
    return false;
}

static bool do_term(struct walk *w, struct cursor *c, struct acpi_device *dev,
                    unsigned int depth)
{
    struct cursor inside;
    char name[5];
    u8 op;

    if (!take_byte(c, &op))
        return false;
    switch (op) {
    case OP_NAME:
        return do_name(w, c, dev);
    case OP_SCOPE:
        return do_scope(w, c, depth);
    case OP_EXT:
        return do_extended(w, c, depth);
    case OP_METHOD:
    case OP_IF:
    case OP_ELSE:
    case OP_WHILE:
        return take_package(c, &inside);
    case OP_ALIAS:
        return take_name(c, name) && take_name(c, name);
    case OP_EXTERNAL:
        return take_name(c, name) && skip(c, 2);
    case OP_CREATE_DWORD:
    case OP_CREATE_WORD:
    case OP_CREATE_BYTE:
    case OP_CREATE_BIT:
    case OP_CREATE_QWORD:
        return skip_argument(c) && skip_argument(c) && take_name(c, name);
    case OP_ZERO:
    case OP_ONE:
    case OP_ONES:
        return true;
    }
    return false;
}

static void walk_terms(struct walk *w, struct cursor c, struct acpi_device *dev,
                       unsigned int depth)
{
    if (depth > MAX_DEPTH)
        return;
    while (left(&c) && !w->stopped)
        if (!do_term(w, &c, dev, depth))
            return;
}

bool aml_find_s5(const u8 *aml, size_t len, u8 *typ_a, u8 *typ_b)
{
    struct walk w = {.device = NULL};

    walk_terms(&w, (struct cursor){aml, aml + len}, NULL, 0);
    if (w.s5_found) {
        *typ_a = w.s5[0];
        *typ_b = w.s5[1];
    }
    return w.s5_found;
}

bool aml_for_each_device(const u8 *aml, size_t len,
                         bool (*fn)(void *arg, const struct acpi_device *dev),
                         void *arg)
{
    struct walk w = {.device = fn, .arg = arg};

    walk_terms(&w, (struct cursor){aml, aml + len}, NULL, 0);
    return !w.stopped;
}
