#!/bin/sh
# about: the ordinary work of [
[ 1 -lt 2 ] && echo less
[ a = b ] || echo differ
[ -d /tmp -a ! -f /tmp ] && echo directory
[ -z "" ] && [ -n x ] && echo strings
busybox [ 3 -eq 3 ] && echo equal
[ 5 -ge ] 2> /dev/null; echo $?
