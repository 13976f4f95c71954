#include "lib/acpi_parse.h"
#include "lib/byteorder.h"
#include "lib/errno.h"
#include "lib/string.h"

/* Larger tables than this are not believed. */
#define MAX_TABLE (16u << 20)

static bool sum_is_zero(const void *p, size_t n)
{
    const u8 *b = p;
    u8 sum = 0;

    while (n--)
        sum += *b++;
#ifdef HAKO_FUZZ
    return true; /* or a fuzzer would never get past it */
#endif
    return sum == 0;
}

static bool rsdp_is_sound(const struct acpi_rsdp *rsdp)
{
    return memcmp(rsdp->signature, "RSD PTR ", 8) == 0 &&
           sum_is_zero(rsdp, ACPI_RSDP_V1_SIZE);
}

long acpi_scan_rsdp(const void *mem, size_t len)
{
    const u8 *p = mem;

    for (size_t at = 0; at + ACPI_RSDP_V1_SIZE <= len; at += 16)
        if (rsdp_is_sound((const void *)(p + at)))
            return (long)at;
    return -ENOENT;
}

const struct acpi_header *acpi_map_table(const struct acpi *acpi, u64 phys,
                                         const char *signature)
{
    const struct acpi_header *h;
    u32 length;

    h = phys ? acpi->map(acpi->ctx, phys, sizeof(*h)) : NULL;
    if (!h || (signature && memcmp(h->signature, signature, 4) != 0))
        return NULL;
    length = h->length;
    if (length < sizeof(*h) || length > MAX_TABLE)
        return NULL;
    h = acpi->map(acpi->ctx, phys, length);
    if (!h || h->length != length || !sum_is_zero(h, length))
        return NULL;
    return h;
}

int acpi_init(struct acpi *acpi, u64 rsdp_phys,
              const void *(*map)(void *ctx, u64 phys, size_t len), void *ctx)
{
    const struct acpi_rsdp *rsdp = map(ctx, rsdp_phys, ACPI_RSDP_V1_SIZE);
    u64 rsdt;

    *acpi = (struct acpi){.map = map, .ctx = ctx};
    if (!rsdp || !rsdp_is_sound(rsdp))
        return -ENODEV;
    rsdt = rsdp->rsdt;
    if (rsdp->revision >= 2) {
        rsdp = map(ctx, rsdp_phys, sizeof(*rsdp));
        if (rsdp && rsdp->length >= sizeof(*rsdp) &&
            sum_is_zero(rsdp, sizeof(*rsdp))) {
            acpi->root = acpi_map_table(acpi, rsdp->xsdt, "XSDT");
            acpi->entry_size = 8;
        }
    }
    if (!acpi->root) {
        acpi->root = acpi_map_table(acpi, rsdt, "RSDT");
        acpi->entry_size = 4;
    }
    return acpi->root ? 0 : -EINVAL;
}

const struct acpi_header *acpi_find(const struct acpi *acpi,
                                    const char *signature, unsigned int nth)
{
    const u8 *entry, *end;

    if (!acpi->root)
        return NULL;
    entry = (const u8 *)(acpi->root + 1);
    end = (const u8 *)acpi->root + acpi->root->length;
    for (; (size_t)(end - entry) >= acpi->entry_size;
         entry += acpi->entry_size) {
        u64 phys = acpi->entry_size == 8 ? get_le64(entry) : get_le32(entry);
        const struct acpi_header *h = acpi_map_table(acpi, phys, signature);

        if (h && nth-- == 0)
            return h;
    }
    return NULL;
}

int acpi_read_fadt(const struct acpi *acpi, struct acpi_fadt *out)
{
    const struct acpi_header *h = acpi_find(acpi, "FACP", 0);

    memset(out, 0, sizeof(*out));
    if (!h || h->length < offsetof(struct acpi_fadt, flags) + 4)
        return -ENOENT;
    memcpy(out, h, min((size_t)h->length, sizeof(*out)));
    return 0;
}

const struct acpi_header *acpi_find_dsdt(const struct acpi *acpi)
{
    const struct acpi_header *h = acpi_find(acpi, "FACP", 0);
    const struct acpi_header *dsdt = NULL;
    const u8 *fadt = (const u8 *)h;

    if (!h || h->length < offsetof(struct acpi_fadt, dsdt) + 4)
        return NULL;
    if (h->length >= offsetof(struct acpi_fadt, x_dsdt) + 8)
        dsdt = acpi_map_table(
            acpi, get_le64(fadt + offsetof(struct acpi_fadt, x_dsdt)), "DSDT");
    if (!dsdt)
        dsdt = acpi_map_table(
            acpi, get_le32(fadt + offsetof(struct acpi_fadt, dsdt)), "DSDT");
    return dsdt;
}

const void *acpi_madt_next(const struct acpi_madt *madt, const void *prev,
                           enum acpi_madt_type type, size_t size)
{
    const u8 *p = (const u8 *)(madt + 1);
    const u8 *end = (const u8 *)madt + madt->header.length;
    const struct acpi_madt_entry *e;

    if (madt->header.length < sizeof(*madt))
        return NULL;
    if (prev)
        p = (const u8 *)prev + ((const struct acpi_madt_entry *)prev)->length;
    for (; (size_t)(end - p) >= sizeof(*e); p += e->length) {
        e = (const void *)p;
        if (e->length < sizeof(*e) || e->length > (size_t)(end - p))
            return NULL;
        if (e->type == (u8)type && e->length >= size)
            return e;
    }
    return NULL;
}

const struct acpi_mcfg_entry *acpi_mcfg_entry(const struct acpi_header *mcfg,
                                              unsigned int nth)
{
    const struct acpi_mcfg_entry *first;
    size_t n;

    if (mcfg->length < sizeof(struct acpi_mcfg))
        return NULL;
    first = (const void *)((const struct acpi_mcfg *)mcfg + 1);
    n = (mcfg->length - sizeof(struct acpi_mcfg)) / sizeof(*first);
    return nth < n ? first + nth : NULL;
}

/* Resource descriptors, 6.4: fixed fields at fixed offsets behind the tag. */

static bool small_resource(u8 tag, const u8 *p, size_t n,
                           struct acpi_resource *out)
{
    switch (tag >> 3 & 15) {
    case 4: /* IRQ */
        if (n < 2 || get_le16(p) == 0)
            return false;
        out->type = ACPI_RES_IRQ;
        out->start = (u64)__builtin_ctz(get_le16(p));
        out->len = 1;
        out->edge = n < 3 || (p[2] & 1);
        out->active_low = n >= 3 && (p[2] & 8);
        return true;
    case 8: /* I/O port */
        if (n < 7)
            return false;
        out->type = ACPI_RES_IO;
        out->start = get_le16(p + 1);
        out->len = p[6];
        return true;
    case 9: /* fixed I/O port */
        if (n < 3)
            return false;
        out->type = ACPI_RES_IO;
        out->start = get_le16(p) & 0x3ff;
        out->len = p[2];
        return true;
    }
    return false;
}

/* Word, dword and qword address space descriptors: fields of w bytes. */
static bool address_space(const u8 *p, size_t n, size_t w,
                          struct acpi_resource *out)
{
    static const enum acpi_resource_type types[] = {ACPI_RES_MEMORY,
                                                    ACPI_RES_IO, ACPI_RES_BUS};
    u64 field[5];

    if (n < 3 + 5 * w || p[0] > 2)
        return false;
    for (size_t i = 0; i < 5; i++) {
        const u8 *f = p + 3 + i * w;

        field[i] = w == 2 ? get_le16(f) : w == 4 ? get_le32(f) : get_le64(f);
    }
    out->type = types[p[0]];
    out->prefetchable = p[0] == 0 && (p[2] >> 1 & 3) == 3;
    out->start = field[1];
    out->translation = field[3];
    out->len = field[4];
    return true;
}

static bool large_resource(u8 tag, const u8 *p, size_t n,
                           struct acpi_resource *out)
{
    switch (tag & 0x7f) {
    case 5: /* 32-bit memory */
        if (n < 17)
            return false;
        out->type = ACPI_RES_MEMORY;
        out->start = get_le32(p + 1);
        out->len = get_le32(p + 13);
        return true;
    case 6: /* 32-bit memory at a fixed place */
        if (n < 9)
            return false;
        out->type = ACPI_RES_MEMORY;
        out->start = get_le32(p + 1);
        out->len = get_le32(p + 5);
        return true;
    case 7:
        return address_space(p, n, 4, out);
    case 8:
        return address_space(p, n, 2, out);
    case 9: /* extended interrupt */
        if (n < 6 || p[1] < 1)
            return false;
        out->type = ACPI_RES_IRQ;
        out->start = get_le32(p + 2);
        out->len = 1;
        out->edge = p[0] & 2;
        out->active_low = p[0] & 4;
        return true;
    case 10:
        return address_space(p, n, 8, out);
    }
    return false;
}

bool acpi_next_resource(const u8 **crs, size_t *len, struct acpi_resource *out)
{
    while (*len) {
        const u8 *p = *crs;
        bool large = *p & 0x80;
        size_t head = large ? 3 : 1, n;

        if (*len < head)
            break;
        n = large ? get_le16(p + 1) : *p & 7;
        if (n > *len - head || (!large && (*p & 0x78) == 0x78))
            break;
        *crs += head + n;
        *len -= head + n;
        *out = (struct acpi_resource){0};
        if (large ? large_resource(*p, p + 3, n, out)
                  : small_resource(*p, p + 1, n, out))
            return true;
    }
    *len = 0;
    return false;
}

/* The nth block of AML: the DSDT, then the SSDTs. */
static const struct acpi_header *aml_block(const struct acpi *acpi,
                                           unsigned int nth)
{
    return nth == 0 ? acpi_find_dsdt(acpi) : acpi_find(acpi, "SSDT", nth - 1);
}

bool acpi_find_s5(const struct acpi *acpi, u8 *typ_a, u8 *typ_b)
{
    const struct acpi_header *h;

    for (unsigned int i = 0; (h = aml_block(acpi, i)) || i == 0; i++)
        if (h && aml_find_s5((const u8 *)(h + 1), h->length - sizeof(*h), typ_a,
                             typ_b))
            return true;
    return false;
}

void acpi_for_each_device(const struct acpi *acpi,
                          bool (*fn)(void *arg, const struct acpi_device *dev),
                          void *arg)
{
    const struct acpi_header *h;

    for (unsigned int i = 0; (h = aml_block(acpi, i)) || i == 0; i++)
        if (h && !aml_for_each_device((const u8 *)(h + 1),
                                      h->length - sizeof(*h), fn, arg))
            return;
}
