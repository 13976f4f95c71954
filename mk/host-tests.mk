# Host tests and fuzzers: portable kernel code in ordinary programs.
#
#   make host-tests   tests/host/NAME_test.c  -> build/host/tests/NAME
#   make host-fuzz    tests/host/fuzz/NAME.c  -> build/host/fuzz/NAME (libFuzzer,
#                     corpus in tests/host/corpus/NAME/)
#
# All of kernel/lib is linked into each. A test of another layer names the
# kernel's sources it needs in its first lines:
#   // sources: kernel/core/buddy.c kernel/core/slab.c
#   // flags: -DCONFIG_DEBUG=1
# Tests run under AddressSanitizer and UBSan; NAME_race_test.c under
# ThreadSanitizer instead.

HOST_CC     ?= clang
HOST_OUT    := build/host
HOST_CFLAGS := -std=gnu17 -g -O1 -fno-omit-frame-pointer -fno-strict-aliasing \
               -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes \
               -Wimplicit-fallthrough -Werror -DHAKO_HOST=1 -DTEST_TREE='"$(CURDIR)"' -Ikernel -Itests/host \
               -pthread -MMD -MP
HOST_UB     := undefined -fno-sanitize-recover=all
HOST_SAN_asan := -fsanitize=address,$(HOST_UB)
HOST_SAN_tsan := -fsanitize=thread
HOST_SAN_fuzz := -O2 -DHAKO_FUZZ=1 -fsanitize=fuzzer-no-link,address,$(HOST_UB)

HOST_LIB      := $(wildcard kernel/lib/*.c)
HOST_TESTS    := $(patsubst tests/host/%_test.c,$(HOST_OUT)/tests/%,$(wildcard tests/host/*_test.c))
HOST_FUZZERS  := $(patsubst tests/host/fuzz/%.c,$(HOST_OUT)/fuzz/%,$(wildcard tests/host/fuzz/*.c))

.PHONY: host-tests host-fuzz host-test-list host-fuzz-list
host-tests: $(HOST_TESTS)
host-fuzz: $(HOST_FUZZERS)
host-test-list:
	@printf '%s\n' $(notdir $(HOST_TESTS))
host-fuzz-list:
	@printf '%s\n' $(notdir $(HOST_FUZZERS))

# A key of a test's first lines: $(call host_key,FILE,KEY)
host_key = $(shell sed -n '1,30s|^// $(2): *||p' $(1))
host_kind = $(if $(filter %_race,$(1)),tsan,asan)

# One archive of kernel/lib per sanitizer.
define HOST_OBJECTS
$(HOST_OUT)/obj-$(1)/%.o: %.c
	@mkdir -p $$(@D)
	@echo "  HOSTCC  $$< ($(1))"
	@$$(call compile,$$(HOST_CC) $$(HOST_CFLAGS) $$(HOST_SAN_$(1)) $$(HOST_EXTRA))
$(HOST_OUT)/obj-$(1)/lib.a: $(HOST_LIB:%.c=$(HOST_OUT)/obj-$(1)/%.o)
	@rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach k,asan tsan fuzz,$(eval $(call HOST_OBJECTS,$(k))))

# $(1): name, $(2): its source, $(3): kind, $(4): output folder, $(5): link flags
define HOST_PROGRAM
$(HOST_OUT)/$(4)/$(1): HOST_EXTRA := $(call host_key,$(2),flags)
$(HOST_OUT)/$(4)/$(1): $(HOST_OUT)/obj-$(3)/$(2:.c=.o) \
    $(patsubst %.c,$(HOST_OUT)/obj-$(3)/%.o,$(filter-out kernel/lib/%,$(call host_key,$(2),sources))) \
    $(HOST_OUT)/obj-$(3)/lib.a
	@mkdir -p $$(@D)
	@echo "  HOSTLD  $$@"
	@$(HOST_CC) $(HOST_SAN_$(3)) $(5) -pthread -o $$@ $$^ $(call host_key,$(2),libs)
endef
$(foreach t,$(notdir $(HOST_TESTS)),$(eval $(call HOST_PROGRAM,$(t),tests/host/$(t)_test.c,$(call host_kind,$(t)),tests,)))
$(foreach t,$(notdir $(HOST_FUZZERS)),$(eval $(call HOST_PROGRAM,$(t),tests/host/fuzz/$(t).c,fuzz,fuzz,-fsanitize=fuzzer)))

-include $(shell find $(HOST_OUT) -name '*.d' 2>/dev/null)
