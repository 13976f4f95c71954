#!/bin/sh
# about: the ordinary work of umount
mkdir m n; mount -t tmpfs x m; umount m; echo $?; umount m 2>&1; echo $?; mount -t tmpfs x m; cd m; umount ../m 2>&1; echo $?; umount -l ../m; echo $?; cd ..; umount /none 2>&1; echo $?
