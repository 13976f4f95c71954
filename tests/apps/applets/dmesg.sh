#!/bin/sh
# about: the ordinary work of dmesg
dmesg > t 2> /dev/null; echo $?; dmesg -s 1000 > /dev/null; echo $?
