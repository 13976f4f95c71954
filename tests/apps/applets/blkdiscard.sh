#!/bin/sh
# about: the ordinary work of blkdiscard
: > f; blkdiscard f 2> /dev/null; echo $?
