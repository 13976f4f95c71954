#!/bin/sh
# about: the ordinary work of linux64
linux64 uname -s; linux64 sh -c 'exit 3'; echo $?
