#!/bin/sh
# about: the ordinary work of ed
printf 'one\ntwo\nthree\n' > t; printf '2s/two/2/\n1d\n$a\nlast\n.\n,p\nw\nq\n' | ed t; cat t
