#!/bin/sh
# about: the ordinary work of fallocate
fallocate -l 100000 t; stat -c '%s %b' t; fallocate -o 100000 -l 50000 t; stat -c %s t; fallocate t 2> /dev/null; echo $?
