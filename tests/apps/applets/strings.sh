#!/bin/sh
# about: the ordinary work of strings
printf 'ab\0hello world\0\1\2xyz\0four\n' > t; strings t; strings -n 3 t; strings -o t; strings -f t
