#include "lib/fdt.h"
#include "lib/errno.h"
#include "lib/string.h"

enum {
    BEGIN_NODE = 1,
    END_NODE = 2,
    PROP = 3,
    NOP = 4,
    END = 9,
};

/* One token of the structure block. */
struct token {
    u32 tag;
    u32 next;         /* offset of the one behind */
    const char *name; /* of a node or property */
    const u8 *data;   /* of a property */
    u32 len;
};

static u32 cell(const struct fdt *fdt, u32 at)
{
    return get_be32(fdt->blob + at);
}

/* Reads the token at `at`; false if it does not fit in its block. */
static bool read_token(const struct fdt *fdt, u32 at, struct token *t)
{
    u32 end = fdt->structs + fdt->structs_size, left, name;
    size_t n;

    if (at > end || end - at < 4)
        return false;
    t->tag = cell(fdt, at);
    at += 4;
    left = end - at;
    switch (t->tag) {
    case BEGIN_NODE:
        t->name = (const char *)fdt->blob + at;
        n = strnlen(t->name, left);
        if (n == left)
            return false;
        at += round_up((u32)n + 1, 4);
        break;
    case PROP:
        if (left < 8)
            return false;
        t->len = cell(fdt, at);
        name = cell(fdt, at + 4);
        t->data = fdt->blob + at + 8;
        if (t->len > left - 8 || name >= fdt->strings_size)
            return false;
        /* It ends: fdt_init saw a NUL at the end of the block. */
        t->name = (const char *)fdt->blob + fdt->strings + name;
        at += 8 + round_up(t->len, 4);
        break;
    case END_NODE:
    case NOP:
    case END:
        break;
    default:
        return false;
    }
    if (at > end)
        return false;
    t->next = at;
    return true;
}

/* Nodes nest and end; properties come before children. */
static bool structure_is_sound(const struct fdt *fdt)
{
    u32 at = fdt->structs;
    unsigned int depth = 0;
    bool after_child[FDT_MAX_DEPTH + 1];
    bool root_seen = false;
    struct token t;

    for (; read_token(fdt, at, &t); at = t.next) {
        switch (t.tag) {
        case BEGIN_NODE:
            if ((depth == 0 && root_seen) || depth == FDT_MAX_DEPTH)
                return false;
            after_child[depth] = true;
            root_seen = true;
            after_child[++depth] = false;
            break;
        case END_NODE:
            if (depth-- == 0)
                return false;
            break;
        case PROP:
            if (depth == 0 || after_child[depth])
                return false;
            break;
        case END:
            return depth == 0 && root_seen;
        }
    }
    return false;
}

u32 fdt_total_size(const void *blob)
{
    return get_be32(blob) == FDT_MAGIC ? get_be32((const u8 *)blob + 4) : 0;
}

static bool block_fits(const struct fdt *fdt, u32 at, u32 size)
{
    return at <= fdt->size && size <= fdt->size - at;
}

static u32 header_field(const struct fdt *fdt, size_t offset)
{
    return get_be32(fdt->blob + offset);
}
#define HEADER(fdt, field) header_field(fdt, offsetof(struct fdt_header, field))

static bool reservations_are_sound(const struct fdt *fdt)
{
    u64 addr, size;
    u32 at = fdt->reserved;

    for (;; at += 16) {
        if (!block_fits(fdt, at, 16))
            return false;
        addr = get_be64(fdt->blob + at);
        size = get_be64(fdt->blob + at + 8);
        if (addr == 0 && size == 0)
            return true;
    }
}

int fdt_init(struct fdt *fdt, const void *blob, size_t max)
{
    *fdt = (struct fdt){.blob = blob};
    if (max < sizeof(struct fdt_header))
        return -EINVAL;
    fdt->size = fdt_total_size(blob);
    if (fdt->size < sizeof(struct fdt_header) || fdt->size > max ||
        fdt->size > INT_MAX)
        return -EINVAL;
    if (HEADER(fdt, version) < 17 || HEADER(fdt, last_comp_version) > 17)
        return -EINVAL;
    fdt->structs = HEADER(fdt, off_dt_struct);
    fdt->structs_size = HEADER(fdt, size_dt_struct);
    fdt->strings = HEADER(fdt, off_dt_strings);
    fdt->strings_size = HEADER(fdt, size_dt_strings);
    fdt->reserved = HEADER(fdt, off_mem_rsvmap);
    if (!block_fits(fdt, fdt->structs, fdt->structs_size) ||
        !block_fits(fdt, fdt->strings, fdt->strings_size) ||
        (fdt->strings_size &&
         fdt->blob[fdt->strings + fdt->strings_size - 1] != 0) ||
        !reservations_are_sound(fdt) || !structure_is_sound(fdt))
        return -EINVAL;
    return 0;
}

bool fdt_reserved(const struct fdt *fdt, unsigned int i, u64 *addr, u64 *size)
{
    const u8 *p = fdt->blob + fdt->reserved;

    for (;; p += 16, i--) {
        *addr = get_be64(p);
        *size = get_be64(p + 8);
        if (*addr == 0 && *size == 0)
            return false;
        if (i == 0)
            return true;
    }
}

/* Below here the blob is known to be sound: nothing is checked again. */

int fdt_root(const struct fdt *fdt)
{
    u32 at = fdt->structs;

    while (cell(fdt, at) == NOP)
        at += 4;
    return (int)at;
}

/* Behind a name at `at`, which is padded to whole cells: as by the check, but
 * a cell at a time. */
static u32 behind_name(const struct fdt *fdt, u32 at)
{
    u32 v;

    do {
        v = cell(fdt, at);
        at += 4;
    } while (!((v - 0x01010101) & ~v & 0x80808080)); /* no byte is 0 */
    return at;
}

/* Behind the token of a node. */
static u32 inside(const struct fdt *fdt, int node)
{
    return behind_name(fdt, (u32)node + 4);
}

/*
 * From behind node's own token: the next node token. *depth: 0 at `at`; 1 when
 * the result is a child, and so on. FDT_NONE when the depth falls below min.
 */
static int next_begin(const struct fdt *fdt, u32 at, int *depth, int min_depth)
{
    for (;; at += 4) {
        switch (cell(fdt, at)) {
        case BEGIN_NODE:
            ++*depth;
            return (int)at;
        case END_NODE:
            if (--*depth < min_depth)
                return FDT_NONE;
            break;
        case PROP:
            at += 8 + round_up(cell(fdt, at + 4), 4);
            break;
        case END:
            return FDT_NONE;
        }
    }
}

int fdt_first_child(const struct fdt *fdt, int node)
{
    int depth = 0;

    return next_begin(fdt, inside(fdt, node), &depth, 0);
}

int fdt_next_node(const struct fdt *fdt, int node)
{
    int depth = 0;

    return next_begin(fdt, inside(fdt, node), &depth, INT_MIN);
}

int fdt_next_sibling(const struct fdt *fdt, int node)
{
    int depth = 0;

    do {
        node = next_begin(fdt, inside(fdt, node), &depth, -1);
    } while (node != FDT_NONE && depth > 0);
    return node;
}

int fdt_parent(const struct fdt *fdt, int node)
{
    int parents[FDT_MAX_DEPTH + 1] = {FDT_NONE};
    int at = fdt_root(fdt), depth = 1;

    while (at != FDT_NONE && depth <= FDT_MAX_DEPTH) {
        if (at == node)
            return parents[depth - 1];
        parents[depth] = at;
        at = next_begin(fdt, inside(fdt, at), &depth, 1);
    }
    return FDT_NONE;
}

const char *fdt_name(const struct fdt *fdt, int node)
{
    return (const char *)fdt->blob + node + 4;
}

static bool prop_from(const struct fdt *fdt, u32 at, struct fdt_prop *prop)
{
    u32 len;

    while (cell(fdt, at) == NOP)
        at += 4;
    if (cell(fdt, at) != PROP)
        return false;
    len = cell(fdt, at + 4);
    *prop = (struct fdt_prop){
        .name = (const char *)fdt->blob + fdt->strings + cell(fdt, at + 8),
        .data = fdt->blob + at + 12,
        .len = len,
        .next = (int)(at + 12 + round_up(len, 4)),
    };
    return true;
}

bool fdt_first_prop(const struct fdt *fdt, int node, struct fdt_prop *prop)
{
    return prop_from(fdt, inside(fdt, node), prop);
}

bool fdt_next_prop(const struct fdt *fdt, struct fdt_prop *prop)
{
    return prop_from(fdt, (u32)prop->next, prop);
}

const void *fdt_prop(const struct fdt *fdt, int node, const char *name,
                     u32 *len)
{
    struct fdt_prop prop;
    bool more;

    for (more = fdt_first_prop(fdt, node, &prop); more;
         more = fdt_next_prop(fdt, &prop)) {
        if (strcmp(prop.name, name) == 0) {
            if (len)
                *len = prop.len;
            return prop.data;
        }
    }
    return NULL;
}

bool fdt_prop_u32(const struct fdt *fdt, int node, const char *name,
                  unsigned int i, u32 *out)
{
    u32 len;
    const u8 *data = fdt_prop(fdt, node, name, &len);

    if (!data || i >= len / 4)
        return false;
    *out = get_be32(data + (size_t)i * 4);
    return true;
}

bool fdt_prop_u64(const struct fdt *fdt, int node, const char *name, u64 *out)
{
    u32 len;
    const u8 *data = fdt_prop(fdt, node, name, &len);

    if (!data || (len != 4 && len != 8))
        return false;
    *out = len == 4 ? get_be32(data) : get_be64(data);
    return true;
}

const char *fdt_prop_string(const struct fdt *fdt, int node, const char *name,
                            unsigned int i)
{
    u32 len;
    const char *s = fdt_prop(fdt, node, name, &len);

    while (s && len) {
        size_t n = strnlen(s, len);

        if (n == len)
            return NULL;
        if (i-- == 0)
            return s;
        s += n + 1;
        len -= (u32)n + 1;
    }
    return NULL;
}

bool fdt_is_compatible(const struct fdt *fdt, int node, const char *what)
{
    const char *s;

    for (unsigned int i = 0; (s = fdt_prop_string(fdt, node, "compatible", i));
         i++)
        if (strcmp(s, what) == 0)
            return true;
    return false;
}

bool fdt_is_available(const struct fdt *fdt, int node)
{
    const char *s;

    if (!fdt_prop(fdt, node, "status", NULL))
        return true;
    s = fdt_prop_string(fdt, node, "status", 0);
    return s && (strcmp(s, "okay") == 0 || strcmp(s, "ok") == 0);
}

int fdt_find_compatible(const struct fdt *fdt, int after, const char *what)
{
    int node = after == FDT_NONE ? fdt_root(fdt) : fdt_next_node(fdt, after);

    while (node != FDT_NONE && !fdt_is_compatible(fdt, node, what))
        node = fdt_next_node(fdt, node);
    return node;
}

int fdt_find_phandle(const struct fdt *fdt, u32 phandle)
{
    int node;
    u32 v;

    fdt_for_each_node(node, fdt)
    {
        if (fdt_prop_u32(fdt, node, "phandle", 0, &v) && v == phandle)
            return node;
        if (fdt_prop_u32(fdt, node, "linux,phandle", 0, &v) && v == phandle)
            return node;
    }
    return FDT_NONE;
}

/* "uart@9000000" is named by itself and by "uart". */
static bool name_matches(const char *name, const char *want, size_t n)
{
    if (strncmp(name, want, n) != 0 || strnlen(name, n) < n)
        return false;
    return !name[n] || (name[n] == '@' && !memchr(want, '@', n));
}

static int find_path_n(const struct fdt *fdt, const char *path, size_t left)
{
    int node = fdt_root(fdt), child;

    while (left) {
        size_t n = 0;

        if (*path == '/') {
            path++;
            left--;
            continue;
        }
        while (n < left && path[n] != '/')
            n++;
        fdt_for_each_child(child, fdt, node)
        {
            if (name_matches(fdt_name(fdt, child), path, n))
                break;
        }
        if (child == FDT_NONE)
            return FDT_NONE;
        node = child;
        path += n;
        left -= n;
    }
    return node;
}

int fdt_find_path(const struct fdt *fdt, const char *path)
{
    return *path == '/' ? find_path_n(fdt, path, strlen(path)) : FDT_NONE;
}

int fdt_stdout(const struct fdt *fdt, const char **options)
{
    int chosen = fdt_find_path(fdt, "/chosen"), aliases;
    const char *path, *colon;
    char name[32];
    size_t n;

    *options = NULL;
    if (chosen == FDT_NONE)
        return FDT_NONE;
    path = fdt_prop_string(fdt, chosen, "stdout-path", 0);
    if (!path)
        return FDT_NONE;
    colon = strchrnul(path, ':');
    if (*colon)
        *options = colon + 1;
    n = (size_t)(colon - path);
    if (*path == '/')
        return find_path_n(fdt, path, n);
    aliases = fdt_find_path(fdt, "/aliases");
    if (aliases == FDT_NONE || n >= sizeof(name))
        return FDT_NONE;
    memcpy(name, path, n);
    name[n] = '\0';
    path = fdt_prop_string(fdt, aliases, name, 0);
    return path ? fdt_find_path(fdt, path) : FDT_NONE;
}

/* The specification's defaults, where the node does not say. */
static bool bus_cells(const struct fdt *fdt, int bus, u32 *addr, u32 *size)
{
    if (!fdt_prop_u32(fdt, bus, "#address-cells", 0, addr))
        *addr = 2;
    if (!fdt_prop_u32(fdt, bus, "#size-cells", 0, size))
        *size = 1;
    /* Three address cells: PCI, whose first cell is not part of a number. */
    return *addr >= 1 && *addr <= 3 && *size <= 2;
}

/* The low two of n cells. */
static u64 cells_value(const u8 *p, u32 n)
{
    u64 v = 0;

    for (u32 i = 0; i < n; i++)
        v = v << 32 | get_be32(p + (size_t)i * 4);
    return v;
}

/* From bus's own addresses to its parent's. */
static bool translate(const struct fdt *fdt, int bus, int parent, u64 *addr)
{
    u32 len, ac, sc, pac, psc, entry;
    const u8 *r = fdt_prop(fdt, bus, "ranges", &len);

    if (!r)
        return false;
    if (len == 0)
        return true;
    if (!bus_cells(fdt, bus, &ac, &sc) || !bus_cells(fdt, parent, &pac, &psc))
        return false;
    entry = (ac + pac + sc) * 4;
    for (; len >= entry; r += entry, len -= entry) {
        u64 child = cells_value(r, ac);
        u64 up = cells_value(r + (size_t)ac * 4, pac);
        u64 size = cells_value(r + (size_t)(ac + pac) * 4, sc);

        if (*addr >= child && *addr - child < size) {
            *addr = *addr - child + up;
            return true;
        }
    }
    return false;
}

bool fdt_reg(const struct fdt *fdt, int node, unsigned int i, u64 *addr,
             u64 *size)
{
    int bus = fdt_parent(fdt, node), parent;
    u32 len, ac, sc, entry;
    const u8 *reg = fdt_prop(fdt, node, "reg", &len);

    if (!reg || bus == FDT_NONE || !bus_cells(fdt, bus, &ac, &sc))
        return false;
    entry = (ac + sc) * 4;
    if (i >= len / entry)
        return false;
    reg += (size_t)i * entry;
    *addr = cells_value(reg, ac);
    if (size)
        *size = cells_value(reg + (size_t)ac * 4, sc);
    for (; (parent = fdt_parent(fdt, bus)) != FDT_NONE; bus = parent)
        if (!translate(fdt, bus, parent, addr))
            return false;
    return true;
}

static bool read_interrupt(const struct fdt *fdt, int controller,
                           const u8 *data, u32 len, u32 cells[4], u32 *n)
{
    if (controller == FDT_NONE ||
        !fdt_prop_u32(fdt, controller, "#interrupt-cells", 0, n) || *n < 1 ||
        *n > 4 || len < *n * 4)
        return false;
    for (u32 k = 0; k < *n; k++)
        cells[k] = get_be32(data + (size_t)k * 4);
    return true;
}

static int interrupt_parent(const struct fdt *fdt, int node)
{
    u32 phandle;

    for (; node != FDT_NONE; node = fdt_parent(fdt, node))
        if (fdt_prop_u32(fdt, node, "interrupt-parent", 0, &phandle))
            return fdt_find_phandle(fdt, phandle);
    return FDT_NONE;
}

unsigned int fdt_interrupt(const struct fdt *fdt, int node, unsigned int i,
                           u32 cells[4], int *controller)
{
    u32 len, n;
    const u8 *data = fdt_prop(fdt, node, "interrupts-extended", &len);

    if (data) {
        for (; len >= 4; data += 4 + n * 4, len -= 4 + n * 4, i--) {
            *controller = fdt_find_phandle(fdt, get_be32(data));
            if (!read_interrupt(fdt, *controller, data + 4, len - 4, cells, &n))
                return 0;
            if (i == 0)
                return n;
        }
        return 0;
    }
    data = fdt_prop(fdt, node, "interrupts", &len);
    if (!data)
        return 0;
    *controller = interrupt_parent(fdt, node);
    for (;; data += n * 4, len -= n * 4, i--) {
        if (!read_interrupt(fdt, *controller, data, len, cells, &n))
            return 0;
        if (i == 0)
            return n;
    }
}
