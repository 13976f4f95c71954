# The AArch64 kernel: hako.elf for debuggers, Image for loaders.
KARCH_CFLAGS := -march=armv8-a -mgeneral-regs-only -mno-outline-atomics
KIMAGES      := $(KOUT)/Image $(KOUT)/hako.elf

$(KOUT)/Image: $(KOUT)/hako.elf
	@echo "  IMAGE   $@"
	@$(KOBJCOPY) -O binary $< $@
