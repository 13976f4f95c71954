#!/bin/sh
# about: the ordinary work of usleep
usleep 1000; echo $?; usleep x 2> /dev/null; echo $?
