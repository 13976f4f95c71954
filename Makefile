# Everything is built from here, into build/<arch>/ and build/host/.
#
#   make [ARCH=x86_64|aarch64] [DEBUG=1]   the kernel, the user's programs and
#                                          the base image, and the host's tools
#
# The parts: mk/kernel.mk the kernel, mk/user.mk Hako's own programs and root
# images, mk/host.mk programs for this machine, mk/host-tests.mk their tests.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:

ARCH ?= $(shell uname -m)
OUT  := build/$(ARCH)

# $(call compile,COMPILER AND FLAGS): one source into one object. The object
# and its list of headers appear together, whenever the build is interrupted.
compile = $(1) -MT $@ -MF $(@:.o=.d.new) -c -o $@.new $< && \
          mv $(@:.o=.d.new) $(@:.o=.d) && mv $@.new $@

.PHONY: all user host clean
all: host user

-include mk/kernel.mk
include mk/user.mk mk/host.mk
-include mk/host-tests.mk

all: $(if $(KIMAGES),kernel)

clean:
	rm -rf $(filter-out build/cache,$(wildcard build/*))
