// about: devicetrees that QEMU gives, and damaged ones
#include "test.h"

#include "lib/errno.h"
#include "lib/fdt.h"
#include "lib/string.h"

static u8 *load(const char *name, size_t *size)
{
    return test_read_file("corpus/fdt/", name, size);
}

static struct fdt open_virt(const char *name)
{
    struct fdt fdt;
    size_t n;
    u8 *blob = load(name, &n);

    CHECK_EQ(fdt_total_size(blob), n);
    CHECK_EQ(fdt_init(&fdt, blob, n), 0);
    return fdt;
}

static void close_fdt(struct fdt *fdt)
{
    free((void *)fdt->blob);
}

TEST(nodes_and_properties)
{
    struct fdt fdt = open_virt("virt-gicv2");
    int root = fdt_root(&fdt), node, cpus, n = 0, child;
    struct fdt_prop prop;
    u64 addr, size, v;
    u32 cell, len;

    CHECK_STR(fdt_name(&fdt, root), "");
    CHECK_EQ(fdt_parent(&fdt, root), FDT_NONE);
    CHECK_EQ(fdt_next_sibling(&fdt, root), FDT_NONE);
    CHECK(fdt_is_compatible(&fdt, root, "linux,dummy-virt"));
    CHECK(!fdt_is_compatible(&fdt, root, "linux"));
    CHECK_EQ(fdt_find_path(&fdt, "/"), root);
    CHECK_EQ(fdt_find_path(&fdt, "/nothing"), FDT_NONE);
    CHECK_EQ(fdt_find_path(&fdt, "no/slash"), FDT_NONE);

    node = fdt_find_path(&fdt, "/memory");
    CHECK_STR(fdt_name(&fdt, node), "memory@40000000");
    CHECK_EQ(fdt_find_path(&fdt, "/memory@40000000/"), node);
    CHECK_EQ(fdt_find_path(&fdt, "/memory@4"), FDT_NONE);
    CHECK_EQ(fdt_parent(&fdt, node), root);
    CHECK_STR(fdt_prop_string(&fdt, node, "device_type", 0), "memory");
    CHECK(!fdt_prop_string(&fdt, node, "device_type", 1));
    CHECK(!fdt_prop_string(&fdt, node, "reg", 0) ||
          strlen(fdt_prop_string(&fdt, node, "reg", 0)) == 0);
    CHECK(fdt_reg(&fdt, node, 0, &addr, &size));
    CHECK(addr == 0x40000000 && size == 256 << 20);
    CHECK(!fdt_reg(&fdt, node, 1, &addr, &size));

    cpus = fdt_find_path(&fdt, "/cpus");
    fdt_for_each_child(child, &fdt, cpus)
    {
        if (!fdt_prop_string(&fdt, child, "device_type", 0))
            continue;
        CHECK(fdt_reg(&fdt, child, 0, &addr, NULL) ||
              fdt_prop_u32(&fdt, child, "reg", 0, &cell));
        CHECK(fdt_prop_u64(&fdt, child, "reg", &v) && v == (u64)n);
        CHECK_STR(fdt_prop_string(&fdt, child, "enable-method", 0), "psci");
        CHECK_EQ(fdt_parent(&fdt, child), cpus);
        n++;
    }
    CHECK_EQ(n, 4);
    CHECK(fdt_prop_u32(&fdt, cpus, "#size-cells", 0, &cell) && cell == 0);
    CHECK(!fdt_prop_u32(&fdt, cpus, "#size-cells", 1, &cell));
    CHECK(!fdt_prop(&fdt, cpus, "nothing", &len));
    CHECK(fdt_first_prop(&fdt, cpus, &prop));
    for (n = 1; fdt_next_prop(&fdt, &prop); n++)
        ;
    CHECK_EQ(n, 2);
    CHECK(!fdt_reserved(&fdt, 0, &addr, &size));
    close_fdt(&fdt);
}

TEST(devices_and_interrupts)
{
    struct fdt fdt = open_virt("virt-gicv3");
    int node = FDT_NONE, gic = fdt_find_compatible(&fdt, -1, "arm,gic-v3");
    int controller, n = 0, its;
    u32 cells[4], phandle;
    u64 addr, size;
    const char *options;

    CHECK(gic != FDT_NONE);
    CHECK(fdt_reg(&fdt, gic, 0, &addr, &size) && addr == 0x8000000);
    CHECK(fdt_reg(&fdt, gic, 1, &addr, &size) && addr == 0x80a0000);
    its = fdt_find_compatible(&fdt, gic, "arm,gic-v3-its");
    CHECK(fdt_reg(&fdt, its, 0, &addr, &size) && addr == 0x8080000);
    CHECK_EQ(fdt_parent(&fdt, its), gic);
    while ((node = fdt_find_compatible(&fdt, node, "virtio,mmio")) != -1) {
        CHECK(fdt_is_available(&fdt, node));
        CHECK(fdt_reg(&fdt, node, 0, &addr, &size));
        CHECK(addr == 0xa000000 + (u64)n * 0x200 && size == 0x200);
        CHECK_EQ(fdt_interrupt(&fdt, node, 0, cells, &controller), 3);
        CHECK(controller == gic && cells[0] == 0 && cells[1] == 16u + (u32)n);
        CHECK_EQ(fdt_interrupt(&fdt, node, 1, cells, &controller), 0);
        n++;
    }
    CHECK_EQ(n, 32);
    node = fdt_find_compatible(&fdt, -1, "arm,armv8-timer");
    CHECK_EQ(fdt_interrupt(&fdt, node, 2, cells, &controller), 3);
    CHECK(cells[0] == 1 && cells[1] == 11);
    CHECK(fdt_prop_u32(&fdt, gic, "phandle", 0, &phandle));
    CHECK_EQ(fdt_find_phandle(&fdt, phandle), gic);
    CHECK_EQ(fdt_find_phandle(&fdt, 0x12345), FDT_NONE);
    node = fdt_stdout(&fdt, &options);
    CHECK(fdt_is_compatible(&fdt, node, "arm,pl011") && !options);
    node = fdt_find_compatible(&fdt, -1, "pci-host-ecam-generic");
    CHECK(fdt_reg(&fdt, node, 0, &addr, &size) && addr == 0x4010000000);
    close_fdt(&fdt);
}

TEST(nested_bus_translates)
{
    /* dtc's output for a device two buses deep, see the source below. */
    struct fdt fdt = open_virt("buses");
    int node = fdt_find_path(&fdt, "/soc/bus/dev");
    u64 addr, size;
    u32 cells[4];
    int controller;
    const char *options;

    CHECK(fdt_reg(&fdt, node, 0, &addr, &size));
    CHECK(addr == 0x100012340 && size == 0x40);
    CHECK(!fdt_reg(&fdt, node, 1, &addr, &size)); /* outside of ranges */
    CHECK(!fdt_is_available(&fdt, node));
    CHECK_EQ(fdt_interrupt(&fdt, node, 1, cells, &controller), 1);
    CHECK(cells[0] == 7 && controller == fdt_find_path(&fdt, "/irq"));
    CHECK_EQ(fdt_interrupt(&fdt, node, 2, cells, &controller), 0);
    CHECK(fdt_stdout(&fdt, &options) == node);
    CHECK_STR(options, "115200n8");
    CHECK(fdt_reserved(&fdt, 0, &addr, &size) && addr == 0x1000 && size == 16);
    CHECK(!fdt_reserved(&fdt, 1, &addr, &size));
    close_fdt(&fdt);
}

TEST(truncated_or_wrong)
{
    size_t n;
    u8 *blob = load("buses", &n);
    struct fdt fdt;

    for (size_t cut = 0; cut < n; cut++) {
        u8 *exact = malloc(cut + !cut);

        (memcpy)(exact, blob, cut);
        CHECK_EQ(fdt_init(&fdt, exact, cut), -EINVAL);
        if (cut >= 40) {
            put_be32(exact + 4, (u32)cut);
            fdt_init(&fdt, exact, cut);
        }
        free(exact);
    }
    blob[0] ^= 1;
    CHECK_EQ(fdt_init(&fdt, blob, n), -EINVAL);
    CHECK_EQ(fdt_total_size(blob), 0);
    free(blob);
}

/* Each END_NODE taken away or doubled must be noticed. */
TEST(unbalanced)
{
    size_t n;
    u8 *blob = load("buses", &n);
    struct fdt fdt;
    u32 at;

    CHECK_EQ(fdt_init(&fdt, blob, n), 0);
    for (at = fdt.structs; at < fdt.structs + fdt.structs_size; at += 4) {
        if (get_be32(blob + at) != 2)
            continue;
        put_be32(blob + at, 4);
        if (fdt_init(&fdt, blob, n) == 0)
            CHECK(fdt_find_path(&fdt, "/soc") != FDT_NONE);
        put_be32(blob + at, 2);
    }
    free(blob);
}
