#!/bin/sh
# about: the ordinary work of logger
logger -s -t me hello 2>&1 | sed 's/.*me/me/'; echo $?
