#!/bin/sh
# about: the ordinary work of xargs
printf 'a b\nc\n' | xargs echo; printf 'a\nb\nc\n' | xargs -n 1 echo x; printf 'a b\0c\0' | xargs -0 -n 1 echo; printf '1\n2\n' | xargs -I{} echo '<{}>'; echo | xargs -r echo none; printf 'a\n' | xargs sh -c 'exit 3'; echo $?; seq 1 1000 | xargs echo | wc -w; printf '"q r" s\n' | xargs -n 1 echo; seq 1 4 | xargs -P 2 -n 1 sh -c 'exit 0'; echo $?; seq 1 3 | xargs -t true 2>&1; echo x | xargs nosuch 2> /dev/null; echo $?
