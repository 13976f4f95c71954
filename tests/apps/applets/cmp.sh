#!/bin/sh
# about: the ordinary work of cmp
printf 'abc\ndef\n' > a; printf 'abc\ndxf\n' > b
cmp a b; echo $?; cmp a a; echo $?; cmp -l a b; cmp -s a b; echo $?; cmp a /none 2>&1; echo $?
printf 'abc' > c; cmp a c; echo $?
