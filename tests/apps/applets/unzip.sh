#!/bin/sh
# about: the ordinary work of unzip
printf 'PK\3\4\12\0\0\0\0\0\0\0\0\0 0:6\6\0\0\0\6\0\0\0\1\0\0\0ahello\n' > t; unzip -l none 2>&1; echo $?
