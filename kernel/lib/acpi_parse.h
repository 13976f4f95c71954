/*
 * Finding and checking ACPI tables, and what little of AML is needed: the \_S5_
 * package, and devices with their _HID, _UID and _CRS.
 *
 * Firmware is not trusted: every length is bounded by its table, every table's
 * checksum must be right, and AML is walked without running it. A table is
 * seen through acpi->map, which gives readable memory for a physical range or
 * NULL; what it gave must stay readable while the tables are used.
 */
#pragma once

#include "lib/acpi_tables.h"

struct acpi {
    const void *(*map)(void *ctx, u64 phys, size_t len);
    void *ctx;
    const struct acpi_header *root; /* the XSDT or RSDT */
    unsigned int entry_size;        /* 8 or 4 */
};

/* The RSDP at a multiple of 16 in a piece of memory; offset, or -ENOENT. */
long acpi_scan_rsdp(const void *mem, size_t len);

/* Checks the RSDP at phys and the root table. -ENODEV, -EINVAL. */
int acpi_init(struct acpi *acpi, u64 rsdp_phys,
              const void *(*map)(void *ctx, u64 phys, size_t len), void *ctx);

/* The nth (from 0) table of that signature, checked; or NULL. */
const struct acpi_header *acpi_find(const struct acpi *acpi,
                                    const char *signature, unsigned int nth);
/* The table at phys, checked; NULL also for another signature. */
const struct acpi_header *acpi_map_table(const struct acpi *acpi, u64 phys,
                                         const char *signature);

/* The FADT; what an older, shorter one does not have is zero. -ENOENT. */
int acpi_read_fadt(const struct acpi *acpi, struct acpi_fadt *out);
const struct acpi_header *acpi_find_dsdt(const struct acpi *acpi);

/*
 * The next MADT entry behind `prev` (NULL: the first) of that type and at
 * least `size` bytes; or NULL.
 */
const void *acpi_madt_next(const struct acpi_madt *madt, const void *prev,
                           enum acpi_madt_type type, size_t size);
#define acpi_for_each_madt(pos, madt, type) \
    for ((pos) = NULL;                      \
         ((pos) = acpi_madt_next(madt, pos, type, sizeof(*(pos))));)

/* The nth segment of the MCFG, or NULL. */
const struct acpi_mcfg_entry *acpi_mcfg_entry(const struct acpi_header *mcfg,
                                              unsigned int nth);

/* A device of the DSDT or an SSDT. */
struct acpi_device {
    char name[5];  /* its last name segment */
    char hid[16];  /* "PNP0A08", "LNRO0005"; empty if it has none */
    u64 uid;       /* 0 if it has none or it is no number */
    const u8 *crs; /* resource descriptors; NULL if none that is a constant */
    size_t crs_len;
};

enum acpi_resource_type {
    ACPI_RES_MEMORY,
    ACPI_RES_IO,
    ACPI_RES_IRQ, /* start is the number, one a resource */
    ACPI_RES_BUS,
};

struct acpi_resource {
    enum acpi_resource_type type;
    u64 start;
    u64 len;
    u64 translation; /* added to start, where a bridge translates */
    bool edge;       /* of an IRQ */
    bool active_low;
    bool prefetchable; /* of memory: also cacheable, as windows say */
};

/*
 * Takes the next resource off [*crs, *crs + *len); those of other kinds are
 * passed over. False at the end. Of several IRQs in one descriptor, the first.
 */
bool acpi_next_resource(const u8 **crs, size_t *len, struct acpi_resource *out);

/* The sleep types for S5 (power off); false if there is no such package. */
bool acpi_find_s5(const struct acpi *acpi, u8 *typ_a, u8 *typ_b);

/*
 * Calls fn for each device with a _HID in the DSDT and the SSDTs, until it
 * returns false.
 */
void acpi_for_each_device(const struct acpi *acpi,
                          bool (*fn)(void *arg, const struct acpi_device *dev),
                          void *arg);

/* The same two for one definition block: for tests. */
bool aml_find_s5(const u8 *aml, size_t len, u8 *typ_a, u8 *typ_b);
bool aml_for_each_device(const u8 *aml, size_t len,
                         bool (*fn)(void *arg, const struct acpi_device *dev),
                         void *arg);
