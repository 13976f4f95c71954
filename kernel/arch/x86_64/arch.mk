KARCH_CFLAGS := -mgeneral-regs-only -mno-red-zone -mcmodel=small -fcf-protection=none \
                -Wa,--noexecstack
ifneq ($(CC_FAMILY),clang)
KARCH_LDFLAGS := -z pack-relative-relocs
else
# early.c runs before relocation, so addresses do not come from a GOT.
KARCH_CFLAGS  += -fdirect-access-external-data
KARCH_LDFLAGS := --pack-dyn-relocs=relr
endif
KIMAGES := $(if $(wildcard kernel/core/main.c),$(KOUT)/hako.elf)
