#!/bin/sh
# about: the ordinary work of du
mkdir -p d/e; head -c 5000 /dev/zero > d/f; head -c 100000 /dev/zero > d/e/g
du -k d/f; du -sk d; du -ak d | sort -k2; du -s /none 2>&1; echo $?
