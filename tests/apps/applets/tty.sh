#!/bin/sh
# about: the ordinary work of tty
tty < /dev/null; echo $?; tty -s < /dev/null; echo $?
