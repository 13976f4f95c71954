#!/bin/sh
# about: the ordinary work of lzcat
seq 1 500 | lzma > t.lzma 2> /dev/null || { echo no compressor; printf '\135\0\0\200\0\377\377\377\377\377\377\377\377\0\203\377\373\377\377\300\0\0\0' > t.lzma; }; lzcat t.lzma | wc -c
