# Programs for this machine: the launcher behind ./run, and the packer of root
# images.

HOST_ARCH  := $(shell uname -m)
HGCC       ?= gcc
HGCC_FLAGS := -std=gnu17 -O2 -g -D_GNU_SOURCE -DHOST_ARCH='"$(HOST_ARCH)"' \
              -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes \
              -Wstrict-prototypes -Wimplicit-fallthrough -Werror \
              -Imachine/protocol -Imachine/launcher -MMD -MP

LAUNCHER_SRC := $(filter-out %/probe_x86_64.c %/probe_aarch64.c, \
                  $(wildcard machine/launcher/*.c)) \
                machine/launcher/probe_$(HOST_ARCH).c
LAUNCHER_OBJ := $(LAUNCHER_SRC:%.c=build/host/obj/%.o)
PACK_OBJ     := build/host/obj/tools/pack/pack.o \
                build/host/obj/machine/launcher/cpio.o

host: build/host/launcher build/host/pack

build/host/obj/%.o: %.c mk/host.mk
	@mkdir -p $(@D)
	@echo "  HCC     $<"
	@$(call compile,$(HGCC) $(HGCC_FLAGS))

build/host/launcher: $(LAUNCHER_OBJ)
	@echo "  HLD     $@"
	@$(HGCC) -o $@.new $^ && mv $@.new $@

build/host/pack: $(PACK_OBJ)
	@echo "  HLD     $@"
	@$(HGCC) -o $@.new $^ && mv $@.new $@

-include $(LAUNCHER_OBJ:.o=.d) $(PACK_OBJ:.o=.d)
