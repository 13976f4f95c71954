#!/bin/sh
# about: grep, with the distribution's C library
# root: tools
# timeout: 300

printf 'foo\nbar\nFooBar\nbaz 42\n\n' > t
grep -n foo t; grep -ci foo t; grep -vE '^(foo|bar)$' t; grep -P '\d+' t; grep -o '[0-9]*' t
grep -q nope t; echo $?
grep x /none; echo $?
seq 1 200000 | grep -c 7
mkdir d; cp t d; grep -rl baz .
printf 'a\0b\n' > bin; grep a bin; grep -a b bin | od -c
grep -A1 -B1 FooBar t
