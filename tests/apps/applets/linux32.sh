#!/bin/sh
# about: the ordinary work of linux32
linux32 true; echo $?; linux32 sh -c 'exit 3'; echo $?
