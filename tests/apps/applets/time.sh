#!/bin/sh
# about: the ordinary work of time
time true 2> t; busybox time -p true 2>&1 | cut -d' ' -f1; busybox time sh -c 'exit 3' 2> /dev/null; echo $?; busybox time -f '%C %x' sh -c 'exit 2' 2>&1 | head -1
