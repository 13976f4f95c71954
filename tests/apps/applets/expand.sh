#!/bin/sh
# about: the ordinary work of expand
printf 'a\tb\n\tc\n' > t; expand t | cat -A; expand -t 4 t | cat -A; expand -i t | cat -A
