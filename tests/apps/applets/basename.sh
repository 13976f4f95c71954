#!/bin/sh
# about: the ordinary work of basename
basename /usr/lib/libc.so .so
basename /
basename a/b/
