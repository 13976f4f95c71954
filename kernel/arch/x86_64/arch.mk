KARCH_CFLAGS := -mgeneral-regs-only -mno-red-zone -mcmodel=small -fcf-protection=none \
                -Wa,--noexecstack
ifneq ($(CC_FAMILY),clang)
KARCH_LDFLAGS := -z pack-relative-relocs
else
KARCH_LDFLAGS := --pack-dyn-relocs=relr
endif
KIMAGES := $(KOUT)/hako.elf
