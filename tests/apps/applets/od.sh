#!/bin/sh
# about: the ordinary work of od
printf 'abc\ndef\0\377' > t; od t; od -c t; od -An -tx1 t; od -tx2 t; od -td4 t; od -j 2 -N 3 -c t; od -A x -t x1z t
