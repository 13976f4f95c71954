#!/bin/sh
# about: the ordinary work of fgrep
printf 'a.c\nabc\n' > t; fgrep a.c t; fgrep -n abc t; fgrep -x a t; echo $?
