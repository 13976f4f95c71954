// about: a devicetree from anywhere
#include <stdlib.h>

#include "lib/fdt.h"
#include "lib/string.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static void look_at(const struct fdt *fdt, int node)
{
    struct fdt_prop prop;
    const char *s;
    u64 addr, size;
    u32 cells[4], v;
    int controller;
    bool more;

    for (more = fdt_first_prop(fdt, node, &prop); more;
         more = fdt_next_prop(fdt, &prop)) {
        const volatile u8 *p = prop.data;

        strlen(prop.name);
        if (prop.len)
            (void)(p[0] ^ p[prop.len - 1]);
        for (unsigned int i = 0; i < 4; i++)
            if ((s = fdt_prop_string(fdt, node, prop.name, i)))
                strlen(s);
        fdt_prop_u32(fdt, node, prop.name, 1, &v);
        fdt_prop_u64(fdt, node, prop.name, &addr);
    }
    fdt_reg(fdt, node, 0, &addr, &size);
    fdt_reg(fdt, node, 1, &addr, NULL);
    fdt_interrupt(fdt, node, 0, cells, &controller);
    fdt_interrupt(fdt, node, 1, cells, &controller);
    fdt_is_available(fdt, node);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct fdt fdt;
    const char *options;
    u64 addr, size;
    int node, child, count = 0;

    if (n < 8 || fdt_init(&fdt, data, n))
        return 0;
    for (unsigned int i = 0; fdt_reserved(&fdt, i, &addr, &size); i++)
        ;
    fdt_for_each_node(node, &fdt)
    {
        strlen(fdt_name(&fdt, node));
        fdt_for_each_child(child, &fdt, node)
        {
            if (fdt_parent(&fdt, child) != node)
                abort();
            if (++count > 2000)
                return 0;
        }
        look_at(&fdt, node);
    }
    fdt_stdout(&fdt, &options);
    fdt_find_path(&fdt, "/cpus/cpu@0");
    fdt_find_compatible(&fdt, FDT_NONE, "virtio,mmio");
    return 0;
}
