#!/bin/sh
# about: the ordinary work of uuencode
printf abc | uuencode name; printf abc > f; uuencode -m f name; head -c 100 /dev/zero | uuencode z | wc -l
