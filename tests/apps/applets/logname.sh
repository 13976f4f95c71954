#!/bin/sh
# about: the ordinary work of logname
logname > /dev/null 2>&1 < /dev/null; echo $?
