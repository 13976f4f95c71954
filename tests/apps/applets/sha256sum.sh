#!/bin/sh
# about: the ordinary work of sha256sum
printf abc | sha256sum; head -c 1000000 /dev/zero | sha256sum; printf abc > t; sha256sum t > s; sha256sum -c s; sha256sum /none 2>&1; echo $?
