#!/bin/bash
# about: make, also in parallel with its job server
# root: tools
# timeout: 300

cat > Makefile << 'E'
objs := $(patsubst %,o/%.o,$(shell seq 1 40))
all: sum
o:
	@mkdir $@
o/%.o: | o
	@echo $* > $@
sum: $(objs)
	@cat $(sort $^) | awk '{s += $$1} END {print s}' > $@; cat $@
fail: ; @exit 3
sub: ; @$(MAKE) -s -C d
.PHONY: all fail sub
E
mkdir d; printf 'all: a b c\na b c:\n\t@sleep 0.1; echo $@ > $@\n' > d/Makefile
make -s -j4; make -s -j4; touch o/3.o; sleep 0.1; make -s -j4; make fail 2>&1 | sed 's/make.*: \*/make: */'; echo ${PIPESTATUS[0]}; make -s -j4 sub; cat d/a d/b d/c; make -n fail; make none 2>&1 | tail -1 | cut -c1-40
