#!/bin/sh
# about: the ordinary work of who
who; echo $?; who -a > /dev/null; echo $?
