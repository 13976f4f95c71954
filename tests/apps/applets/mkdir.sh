#!/bin/sh
# about: the ordinary work of mkdir
mkdir a; mkdir a 2>&1; echo $?; mkdir -p a/b/c a; find a; mkdir -m 700 p; stat -c %a p; mkdir x/y 2>&1; echo $?; (umask 077; mkdir q; stat -c %a q)
