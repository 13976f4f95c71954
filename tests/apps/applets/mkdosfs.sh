#!/bin/sh
# about: the ordinary work of mkdosfs
dd if=/dev/zero of=i bs=1k count=1024 2> /dev/null; mkdosfs -n LABEL i > /dev/null; echo $?; dd if=i bs=1 skip=510 count=2 2> /dev/null | od -An -tx1
