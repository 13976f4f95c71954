#!/bin/sh
# about: the ordinary work of hexdump
printf 'hello world\n\0\377' > t; hexdump t; hexdump -C t; hexdump -e '4/1 "%02x " "\n"' t; hexdump -n 4 -s 2 -C t
