#!/bin/sh
# about: the ordinary work of cat
printf 'a\n\nb\tc\n' > t
cat t; cat -n t; cat -A t; cat t - < t | wc -l
cat /none 2>&1; echo $?
cat -e t
