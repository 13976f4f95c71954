/*
 * Reading a devicetree blob (Devicetree Specification 0.4, chapter 5).
 *
 * fdt_init checks the whole blob once: header, every token, every name, and
 * that nodes nest at most FDT_MAX_DEPTH deep. The other functions then rely on
 * that; what properties contain is checked where it is read. The blob is
 * borrowed and must stay as it was; nothing is allocated and nothing locked.
 *
 * A node is the offset of its token, FDT_NONE none. Finding a parent or a
 * phandle walks the tree from its root.
 */
#pragma once

#include "lib/byteorder.h"
#include "lib/compiler.h"

#define FDT_MAGIC     0xd00dfeed
#define FDT_MAX_DEPTH 64
#define FDT_NONE      (-1)

struct fdt_header {
    be32 magic;
    be32 totalsize;
    be32 off_dt_struct;
    be32 off_dt_strings;
    be32 off_mem_rsvmap;
    be32 version;
    be32 last_comp_version;
    be32 boot_cpuid_phys;
    be32 size_dt_strings;
    be32 size_dt_struct; /* from version 17 on */
};
ASSERT_SIZE(struct fdt_header, 40);

struct fdt {
    const u8 *blob; /* borrowed from the caller of fdt_init */
    u32 size;
    u32 structs, structs_size;
    u32 strings, strings_size;
    u32 reserved;
};

struct fdt_prop {
    const char *name;
    const u8 *data;
    u32 len;
    int next; /* for fdt_next_prop */
};

/*
 * 0, or -EINVAL if this is no sound blob of at most max bytes. The header's
 * first 8 bytes must be readable: they say how large the blob is
 * (fdt_total_size; 0 for what is no blob).
 */
int fdt_init(struct fdt *fdt, const void *blob, size_t max);
u32 fdt_total_size(const void *blob);

/* The i-th reserved range of memory; false behind the last. */
bool fdt_reserved(const struct fdt *fdt, unsigned int i, u64 *addr, u64 *size);

/* Walking. */
int fdt_root(const struct fdt *fdt);
int fdt_first_child(const struct fdt *fdt, int node);
int fdt_next_sibling(const struct fdt *fdt, int node);
int fdt_parent(const struct fdt *fdt, int node);
/* The next in the order of the blob: children, then siblings. */
int fdt_next_node(const struct fdt *fdt, int node);
const char *fdt_name(const struct fdt *fdt, int node);

#define fdt_for_each_child(child, fdt, node)                        \
    for ((child) = fdt_first_child(fdt, node); (child) != FDT_NONE; \
         (child) = fdt_next_sibling(fdt, child))
#define fdt_for_each_node(node, fdt)                 \
    for ((node) = fdt_root(fdt); (node) != FDT_NONE; \
         (node) = fdt_next_node(fdt, node))

/* Finding. A path's components may leave out the unit address. */
int fdt_find_path(const struct fdt *fdt, const char *path);
int fdt_find_phandle(const struct fdt *fdt, u32 phandle);
/* The first node behind `after` (FDT_NONE: from the start) that is one. */
int fdt_find_compatible(const struct fdt *fdt, int after, const char *what);
bool fdt_is_compatible(const struct fdt *fdt, int node, const char *what);
/* Without status, or "okay". */
bool fdt_is_available(const struct fdt *fdt, int node);
/* The node that /chosen stdout-path names; *options: behind ':', or NULL. */
int fdt_stdout(const struct fdt *fdt, const char **options);

/* Properties. */
bool fdt_first_prop(const struct fdt *fdt, int node, struct fdt_prop *prop);
bool fdt_next_prop(const struct fdt *fdt, struct fdt_prop *prop);
/* NULL if there is none; *len (if not NULL) is its size in bytes. */
const void *fdt_prop(const struct fdt *fdt, int node, const char *name,
                     u32 *len);
/* The i-th cell; false if the property is missing or too short. */
bool fdt_prop_u32(const struct fdt *fdt, int node, const char *name,
                  unsigned int i, u32 *out);
/* A number of one or two cells, by its size. */
bool fdt_prop_u64(const struct fdt *fdt, int node, const char *name, u64 *out);
/* The i-th string of a list; NULL if missing or not terminated. */
const char *fdt_prop_string(const struct fdt *fdt, int node, const char *name,
                            unsigned int i);

/*
 * The i-th entry of reg, as the CPU sees it: translated by the ranges of each
 * bus above. False: there is none, or it is not reachable. size may be NULL.
 */
bool fdt_reg(const struct fdt *fdt, int node, unsigned int i, u64 *addr,
             u64 *size);

/*
 * The i-th entry of "interrupts" or "interrupts-extended": up to 4 cells and
 * the controller's node. Returns the number of cells, 0: none.
 */
unsigned int fdt_interrupt(const struct fdt *fdt, int node, unsigned int i,
                           u32 cells[4], int *controller);
