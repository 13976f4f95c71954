#!/bin/sh
# about: the ordinary work of egrep
printf 'abc\nabd\nxyz\n' > t; egrep 'ab(c|d)' t; egrep -c 'x+|q' t; egrep -v '^a' t; egrep 'zzz' t; echo $?
