#!/bin/sh
# about: the ordinary work of xxd
printf 'hello world, longer than a line' > t; xxd t; xxd -p t; xxd -l 4 t; xxd -s 6 -g 1 t; xxd -p t | xxd -r -p; echo; xxd -c 4 -l 8 t
