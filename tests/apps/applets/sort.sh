#!/bin/sh
# about: the ordinary work of sort
printf 'b 2\na 10\nc 1\na 9\n' > t; sort t; sort -r t; sort -k2 -n t; sort -k1,1 -k2n t; sort -u -k1,1 t; sort -t' ' -k2n t; printf '1M\n2K\n' | sort -h; printf 'B\na\n' | sort -f; sort -c t 2>&1; echo $?; printf '3\n1\n2\n' | sort -n -o o; cat o; printf 'b\0a\0' | sort -z | tr '\0' ' '; echo; seq 1 5000 | sort -R 2> /dev/null | wc -l; sort -m t t | wc -l; printf 'Feb\nJan\n' | sort -M
