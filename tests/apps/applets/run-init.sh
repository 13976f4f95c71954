#!/bin/sh
# about: the ordinary work of run-init
run-init 2> /dev/null; [ $? -ne 0 ] && echo usage
