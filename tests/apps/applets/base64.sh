#!/bin/sh
# about: the ordinary work of base64
printf 'hello\0world\377' | base64
printf 'hello\0world\377' | base64 | base64 -d | od -An -tx1
head -c 200 /dev/zero | base64 | wc -lc
