#!/bin/sh
# about: the ordinary work of mdev
mdev -h 2> /dev/null; [ $? -ne 0 ] && echo usage
