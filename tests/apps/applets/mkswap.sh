#!/bin/sh
# about: the ordinary work of mkswap
dd if=/dev/zero of=i bs=1k count=256 2> /dev/null; mkswap i | sed 's/UUID.*//'; dd if=i bs=1 skip=4086 count=10 2> /dev/null; echo
