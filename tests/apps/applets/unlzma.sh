#!/bin/sh
# about: the ordinary work of unlzma
unlzma none.lzma 2>&1; echo $?; printf '\135\0\0\200\0\377\377\377\377\377\377\377\377\0\203\377\373\377\377\300\0\0\0' > t.lzma; unlzma t.lzma; echo $?; stat -c %s t
