#!/bin/sh
# about: the ordinary work of crc32
printf 123456789 > t; crc32 t
