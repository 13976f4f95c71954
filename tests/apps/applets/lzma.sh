#!/bin/sh
# about: the ordinary work of lzma
printf '\135\0\0\200\0\377\377\377\377\377\377\377\377\0\203\377\373\377\377\300\0\0\0' > t.lzma
lzma -dc t.lzma | wc -c
lzma -d t.lzma
echo $?
ls
