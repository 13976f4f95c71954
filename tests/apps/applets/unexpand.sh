#!/bin/sh
# about: the ordinary work of unexpand
printf '        a       b\n' | unexpand | cat -A; printf '        a       b\n' | unexpand -a | cat -A; printf '    x\n' | unexpand -t 4 | cat -A
