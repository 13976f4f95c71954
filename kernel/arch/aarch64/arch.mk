# The AArch64 kernel: hako.elf for debuggers, Image for loaders.
KARCH_CFLAGS := -march=armv8-a -mgeneral-regs-only -mno-outline-atomics
KARCH_CFLAGS += -include kernel/arch/aarch64/include/asm/hidden.h
KIMAGES      := $(if $(wildcard kernel/core/main.c),$(KOUT)/Image $(KOUT)/hako.elf)

$(KOUT)/Image: $(KOUT)/hako.elf
	@echo "  IMAGE   $@"
	@$(KOBJCOPY) -O binary $< $@

# The vDSO: user mode's code in an ELF image of its own.
VDSO_DIR    := kernel/arch/aarch64/vdso
VDSO_CFLAGS := -std=gnu17 -O2 -ffreestanding -fPIC -fvisibility=hidden \
               -fno-stack-protector -fasynchronous-unwind-tables -fno-common \
               -march=armv8-a -mgeneral-regs-only -nostdinc \
               -isystem $(shell $(KCC) -print-file-name=include) \
               -Ikernel -Ikernel/arch/aarch64/include $(KWARN)

$(KBASE)/vdso/%.o: $(VDSO_DIR)/% $(VDSO_DIR)/vdso.ld
	@mkdir -p $(@D)
	@echo "  VDSO    $<"
	@$(KCC) $(VDSO_CFLAGS) -MMD -MP -c -o $@ $<
-include $(wildcard $(KBASE)/vdso/*.d)

$(KBASE)/vdso/vdso.so: $(KBASE)/vdso/vdso.c.o $(KBASE)/vdso/sigreturn.S.o
	@$(KLD) -shared -soname=linux-vdso.so.1 -z max-page-size=4096 -z noexecstack \
	    --hash-style=both --build-id=none --eh-frame-hdr --strip-debug \
	    -T $(VDSO_DIR)/vdso.ld -o $@ $^
	@$(KOBJCOPY) --strip-all $@

$(KBASE)/kernel/arch/aarch64/vdso_image.S.o: $(KBASE)/vdso/vdso.so
$(KBASE)/kernel/arch/aarch64/vdso_image.S.o: KCFLAGS += -DVDSO_FILE='"$(KBASE)/vdso/vdso.so"'
