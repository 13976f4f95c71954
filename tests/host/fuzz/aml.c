// about: AML from anywhere
#include "lib/acpi_parse.h"
#include "lib/string.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static bool on_device(void *arg, const struct acpi_device *dev)
{
    const u8 *crs = dev->crs;
    size_t len = dev->crs_len;
    struct acpi_resource r;

    (void)arg;
    strlen(dev->hid);
    strlen(dev->name);
    while (acpi_next_resource(&crs, &len, &r))
        ;
    return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    u8 a, b;

    aml_find_s5(data, n, &a, &b);
    aml_for_each_device(data, n, on_device, NULL);
    return 0;
}
