# Hako's own programs, static with musl, and the root images.
#
#   user/<program>/*.c  ->  build/<arch>/user/<program>
#   build/<arch>/base.cpio  the base image, complete
#   build/<arch>/init.cpio  what goes on top of any other root

MUSL     := build/cache/musl-$(ARCH)
BUSYBOX  := build/cache/busybox-$(ARCH)
# BusyBox can only be asked where it runs; both are builds of one source.
APPLETS  := build/cache/applets
UCFLAGS  := -std=gnu17 -Os -g -static -Wall -Wextra -Wshadow -Wvla \
            -Wmissing-prototypes -Wstrict-prototypes -Wimplicit-fallthrough \
            -Werror -Imachine/protocol -MMD -MP -ffunction-sections
ULDFLAGS := -static -s -Wl,-z,max-page-size=4096 -Wl,--gc-sections
PROGRAMS := $(notdir $(patsubst %/,%,$(sort $(dir $(wildcard user/*/*.c)))))
UOBJ     := $(patsubst user/%.c,$(OUT)/user-obj/%.o,$(wildcard user/*/*.c))

user: $(PROGRAMS:%=$(OUT)/user/%) $(OUT)/base.cpio

$(MUSL)/cc:
	@tools/setup/musl $(ARCH)
$(BUSYBOX):
	@tools/setup/busybox $(ARCH)
$(APPLETS):
	@tools/setup/busybox $(shell uname -m)
	@build/cache/busybox-$(shell uname -m) --list-full > $@.new && mv $@.new $@

$(OUT)/user-obj/%.o: user/%.c mk/user.mk | $(MUSL)/cc
	@mkdir -p $(@D)
	@echo "  UCC     $<"
	@$(call compile,$(MUSL)/cc $(UCFLAGS))

define USER_PROGRAM
$(OUT)/user/$(1): $(patsubst user/%.c,$(OUT)/user-obj/%.o,$(wildcard user/$(1)/*.c))
	@mkdir -p $$(@D)
	@echo "  ULD     $$@"
	@$(MUSL)/cc $(ULDFLAGS) -o $$@.new $$^ && mv $$@.new $$@
endef
$(foreach p,$(PROGRAMS),$(eval $(call USER_PROGRAM,$(p))))

ROOT_LIST = sed -e 's|@BUILD@|$(OUT)|' -e 's|@BUSYBOX@|$(BUSYBOX)|' \
            -e 's|@APPLETS@|$(APPLETS)|'

$(OUT)/init.cpio: rootfs/base/init.list $(OUT)/user/init build/host/pack
	@echo "  PACK    $@"
	@$(ROOT_LIST) $< > $@.list
	@build/host/pack $@.list $@.new && mv $@.new $@

$(OUT)/base.cpio: rootfs/base/list $(shell find rootfs/base -type f) \
    $(BUSYBOX) $(APPLETS) $(OUT)/init.cpio build/host/pack
	@echo "  PACK    $@"
	@$(ROOT_LIST) $< > $@.list
	@build/host/pack $@.list $@.new
	@cat $(OUT)/init.cpio >> $@.new && mv $@.new $@

-include $(UOBJ:.o=.d)
