#!/bin/sh
# about: the ordinary work of bzcat
seq 1 100 | bzip2 > t.bz2; bzcat t.bz2 | md5sum
