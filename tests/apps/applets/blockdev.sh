#!/bin/sh
# about: the ordinary work of blockdev
blockdev --getsize64 /dev/null 2> /dev/null; echo $?
