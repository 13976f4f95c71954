# The AArch64 kernel: hako.elf for debuggers, Image for loaders.
KARCH_CFLAGS := -march=armv8-a -mgeneral-regs-only -mno-outline-atomics
KARCH_CFLAGS += $(if $(filter clang,$(CC_FAMILY)),-fdirect-access-external-data)
KIMAGES      := $(if $(wildcard kernel/core/main.c),$(KOUT)/Image $(KOUT)/hako.elf)

$(KOUT)/Image: $(KOUT)/hako.elf
	@echo "  IMAGE   $@"
	@$(KOBJCOPY) -O binary $< $@
