KARCH_CFLAGS := -mgeneral-regs-only -mno-red-zone -mcmodel=small -fcf-protection=none \
                -Wa,--noexecstack
ifneq ($(CC_FAMILY),clang)
KARCH_LDFLAGS := -z pack-relative-relocs
else
# early.c runs before relocation, so addresses do not come from a GOT.
KARCH_CFLAGS  += -fdirect-access-external-data
KARCH_LDFLAGS := --pack-dyn-relocs=relr
endif
# It runs before relocation and calls nothing.
$(KBASE)/kernel/arch/$(ARCH)/early.c.o: KCFLAGS += -fno-sanitize=all
KIMAGES := $(if $(wildcard kernel/core/main.c),$(KOUT)/hako.elf)

# The vDSO: user code, so none of the kernel's flags for itself.
KVDSO_CFLAGS := -std=gnu17 -O2 -ffreestanding -fPIC -fvisibility=hidden -fno-stack-protector \
                -fno-builtin -mgeneral-regs-only -fcf-protection=none -fasynchronous-unwind-tables $(KWARN) \
                -nostdinc -isystem $(shell $(KCC) -print-file-name=include) \
                -Ikernel -Ikernel/arch/$(ARCH)/include

$(KBASE)/vdso.so: kernel/arch/$(ARCH)/vdso/vdso.c kernel/arch/$(ARCH)/vdso/vdso.ld
	@mkdir -p $(@D)
	@echo "  VDSO    $@"
	@$(KCC) $(KVDSO_CFLAGS) -MMD -MP -MT $@ -MF $(KBASE)/vdso.d -c -o $(KBASE)/vdso.o $<
	@$(KLD) -shared -soname=linux-vdso.so.1 --hash-style=both --build-id=none -z noexecstack \
	    -z max-page-size=4096 --eh-frame-hdr -T kernel/arch/$(ARCH)/vdso/vdso.ld -o $@ $(KBASE)/vdso.o
	@$(KOBJCOPY) -S $@
-include $(KBASE)/vdso.d

$(KBASE)/kernel/arch/$(ARCH)/vdso_image.S.o: $(KBASE)/vdso.so
$(KBASE)/kernel/arch/$(ARCH)/vdso_image.S.o: KCFLAGS += -Wa,-I$(KBASE)

# The bzImage: the real-mode part, then the image as it lies in memory.
KSETUP_SECTORS := 3
KIMAGES += $(if $(KIMAGES),$(KOUT)/bzImage)

$(KOUT)/bzImage: $(KOUT)/hako.elf kernel/arch/$(ARCH)/bzimage/setup.S
	@echo "  BZIMAGE $@"
	@$(KOBJCOPY) -O binary $< $(KOUT)/.payload
	@set -- $$($(KNM) $< | sed -nE 's/^f{8}([0-9a-f]{8}) . __image(_end)?$$/\1/p' | sort) && \
	$(KCC) -c -DPAYLOAD_SIZE=$$(stat -c %s $(KOUT)/.payload) -DINIT_SIZE=$$((0x$$2 - 0x$$1)) \
	    -DSETUP_SECTORS=$(KSETUP_SECTORS) -o $(KOUT)/.setup.o kernel/arch/$(ARCH)/bzimage/setup.S
	@$(KLD) -Ttext 0 -e 0 -z noexecstack --oformat binary -o $(KOUT)/.setup $(KOUT)/.setup.o
	@cat $(KOUT)/.setup $(KOUT)/.payload > $@
	@rm -f $(KOUT)/.setup $(KOUT)/.setup.o $(KOUT)/.payload
