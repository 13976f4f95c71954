#!/bin/sh
# about: the ordinary work of mke2fs
dd if=/dev/zero of=i bs=1k count=1024 2> /dev/null; mke2fs -F i > t 2>&1; echo $?; dd if=i bs=1 skip=1080 count=2 2> /dev/null | od -An -tx1
