#!/bin/sh
# about: the ordinary work of diff
printf '1\n2\n3\n4\n' > a; printf '1\n2x\n3\n4\n5\n' > b
diff a b | sed 's/\t.*//'; echo $?; diff a a; echo $?; diff -q a b
mkdir x y; echo q > x/f; echo r > y/f; echo z > x/o; diff -r -q x y; diff -i -b a a && echo same
