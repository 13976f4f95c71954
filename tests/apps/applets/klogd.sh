#!/bin/sh
# about: the ordinary work of klogd
klogd -h 2> /dev/null; [ $? -ne 0 ] && echo usage
