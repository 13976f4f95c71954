#!/bin/sh
# about: the ordinary work of wc
printf 'a b\nc\n' > t; wc t; wc -l t; wc -w < t; wc -c t t; printf 'ä' | wc -m; wc -L t; wc /none 2>&1; echo $?
