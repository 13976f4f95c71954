#!/bin/sh
# about: the ordinary work of last
last > /dev/null 2>&1; echo $?
