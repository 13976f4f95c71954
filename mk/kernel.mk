# The kernel: every .c and .S under the layers, one ELF per architecture.
#
#   make ARCH=x86_64|aarch64 [DEBUG=1] [FUZZ=1] [CC_FAMILY=gcc|clang] kernel
#
# DEBUG=1 builds into build/<arch>-debug with the lock-order checker, UBSan,
# poisoning and fault injection (-DCONFIG_DEBUG).
# FUZZ=1 is the debug build with coverage for the system call fuzzer; PLANT=n
# puts the n-th of the bugs in that it must find (core/plant.h): only the files
# that hold one are compiled for it, the others are those of FUZZ=1.

ARCH      ?= $(shell uname -m)
CC_FAMILY ?= gcc
ifneq ($(FUZZ),)
DEBUG     := 1
endif
KFAMILY   := $(if $(filter clang,$(CC_FAMILY)),-clang)
# Objects are built in KBASE, images in KOUT.
KBASE     := build/$(ARCH)$(if $(FUZZ),-fuzz,$(if $(DEBUG),-debug))$(KFAMILY)
KOUT      := $(if $(PLANT),build/$(ARCH)-fuzz$(PLANT)$(KFAMILY),$(KBASE))

ifeq ($(CC_FAMILY),clang)
KCC     := clang --target=$(ARCH)-linux-gnu
KLD     := ld.lld
KOBJCOPY := llvm-objcopy
KNM     := llvm-nm
else
KCROSS  := $(if $(filter $(shell uname -m),$(ARCH)),,$(ARCH)-linux-gnu-)
KCC     := $(KCROSS)gcc
KLD     := $(KCROSS)ld
KOBJCOPY := $(KCROSS)objcopy
KNM     := $(KCROSS)nm
endif

KLAYERS := lib arch/common arch/$(ARCH) core dev vm proc fs net ipc tty abi
KSRC    := $(sort $(foreach l,$(KLAYERS),$(shell find kernel/$(l) -name '*.[cS]' -not -path '*/vdso/*' -not -path '*/bzimage/*' 2>/dev/null)))
KPLANTED := $(if $(PLANT),$(shell grep -rlw PLANTED kernel --include='*.c'))
KOBJ    := $(patsubst kernel/%,$(KBASE)/kernel/%.o,$(filter-out $(KPLANTED),$(KSRC))) \
           $(patsubst kernel/%,$(KOUT)/kernel/%.o,$(KPLANTED))

KWARN   := -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes \
           -Wimplicit-fallthrough -Werror
KCFLAGS := -std=gnu17 -O2 -g -ffreestanding -fPIE -fno-omit-frame-pointer \
           -fno-stack-protector -fno-strict-aliasing -fno-asynchronous-unwind-tables \
           -fno-common -fvisibility=hidden -ffunction-sections -fdata-sections \
           -fno-optimize-sibling-calls \
           $(KWARN) -nostdinc -isystem $(shell $(KCC) -print-file-name=include) \
           -Ikernel -Ikernel/arch/$(ARCH)/include -MMD -MP
KUBSAN  := -fsanitize=bounds,shift-exponent,integer-divide-by-zero,signed-integer-overflow,bool,enum,unreachable,vla-bound
# Every check a call: the shadow is no linear map (core/kasan.h).
KASAN_OPTIONS := asan-instrumentation-with-call-threshold=0 asan-stack=0 asan-globals=0
KASAN   := -fsanitize=kernel-address $(foreach o,$(KASAN_OPTIONS),$(if $(filter clang,$(CC_FAMILY)),-mllvm -$(o),--param $(o)))
KCFLAGS += $(if $(DEBUG),-DCONFIG_DEBUG=1 $(KUBSAN) $(KASAN))
KCFLAGS += $(if $(FUZZ),-DCONFIG_FUZZ=1)
$(if $(PLANT),$(KPLANTED:kernel/%=$(KOUT)/kernel/%.o): KCFLAGS += -DCONFIG_PLANT=$(PLANT))
# Coverage of what system calls lead to.
KCOVERED := $(foreach l,dev vm proc fs net ipc tty abi,$(KBASE)/kernel/$(l)/% $(KOUT)/kernel/$(l)/%)
$(filter $(KCOVERED),$(KOBJ)): KCFLAGS += $(if $(FUZZ),-fsanitize-coverage=trace-pc)
# What hands out memory sees it while it is free.
$(foreach f,kasan slab page page_section ubsan,$(KBASE)/kernel/core/$(f).c.o): \
    KCFLAGS += $(if $(DEBUG),-fno-sanitize=kernel-address)
-include kernel/arch/$(ARCH)/arch.mk
KCFLAGS += $(KARCH_CFLAGS)

.PHONY: kernel
kernel: $(KIMAGES)

define KCOMPILE
$(1)/kernel/%.c.o: kernel/%.c
	@mkdir -p $$(@D)
	@echo "  CC      $$<"
	@$$(call compile,$$(KCC) $$(KCFLAGS))
endef
$(foreach o,$(sort $(KBASE) $(KOUT)),$(eval $(call KCOMPILE,$(o))))

$(KBASE)/kernel/%.S.o: kernel/%.S
	@mkdir -p $(@D)
	@echo "  AS      $<"
	@$(call compile,$(KCC) $(KCFLAGS) -D__ASSEMBLY__)

# Two links: the first gives the addresses for the symbol table that panics
# print names from; the table's section comes last among read-only data so that
# adding it moves nothing before it.
KLDFLAGS := -static -pie --no-dynamic-linker -z noexecstack -z max-page-size=4096 \
            -z norelro --build-id=none --gc-sections --orphan-handling=error \
            -T kernel/arch/$(ARCH)/kernel.ld

KLD_SCRIPT := kernel/arch/$(ARCH)/kernel.ld

$(KOUT)/hako.elf: $(KOBJ) $(KLD_SCRIPT) tools/symbols.py
	@mkdir -p $(@D)
	@echo "  LD      $@"
	@$(KLD) $(KLDFLAGS) $(KARCH_LDFLAGS) -o $(KOUT)/.first.elf $(KOBJ)
	@$(KNM) -n $(KOUT)/.first.elf | tools/symbols.py > $(KOUT)/.symbols.S
	@$(KCC) -c -o $(KOUT)/.symbols.o $(KOUT)/.symbols.S
	@$(KLD) $(KLDFLAGS) $(KARCH_LDFLAGS) -o $@ $(KOBJ) $(KOUT)/.symbols.o
	@rm -f $(KOUT)/.first.elf

-include $(KOBJ:.o=.d)
