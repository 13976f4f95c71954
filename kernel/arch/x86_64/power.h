/* Power-off and reset: power.c. */
#ifndef X86_POWER_H
#define X86_POWER_H

#include "lib/acpi_parse.h"

/* Remember the registers and map those in memory. */
void x86_power_init(const struct acpi *acpi, const struct acpi_fadt *fadt);

#endif
