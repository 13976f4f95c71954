#!/bin/sh
# about: the ordinary work of bzip2
seq 1 20000 > t; md5sum t; bzip2 -k t; bzip2 -dc t.bz2 | md5sum
head -c 3 t.bz2; echo; echo junk | bzip2 -d 2> /dev/null; echo $?
