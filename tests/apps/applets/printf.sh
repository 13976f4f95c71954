#!/bin/sh
# about: the ordinary work of printf
printf '%d %s %c %x %o %5.2f|%-5s|%05d\n' 42 str char 255 8 3.14159 ab 42; printf '%s\n' a b c; printf '%b\n' 'a\tb'; printf '%q' 2> /dev/null; printf '\101\x42\n'; printf '%d\n' 0x1f 010 "'a"; printf '%d\n' x 2>&1; echo $?; printf '%*d|\n' 6 42; printf '%%\n'
