#!/bin/sh
# about: the ordinary work of busybox
busybox | head -1 | cut -d' ' -f1
busybox --list | wc -l
busybox echo through
busybox no_such_applet; echo $?
