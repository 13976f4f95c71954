#!/bin/sh
# about: the ordinary work of [[
[[ abc == a* ]] && echo glob
[[ -e /etc/passwd && ! -e /nothing ]] && echo both
busybox [[ 1 -lt 2 ]] && echo less
