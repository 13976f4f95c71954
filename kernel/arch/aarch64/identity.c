/*
 * Names and numbers of the architecture, and the vDSO's image.
 */
#include "arch/arch.h"

#define EM_AARCH64 183

extern const char vdso_image_start[], vdso_image_end[];

const char *arch_platform(void)
{
    return "aarch64";
}

const char *arch_machine_name(void)
{
    return "aarch64";
}

u16 arch_elf_machine(void)
{
    return EM_AARCH64;
}

void arch_vdso_image(const void **image, size_t *size)
{
    *image = vdso_image_start;
    *size = (size_t)(vdso_image_end - vdso_image_start);
}
