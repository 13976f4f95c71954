#!/bin/sh
# about: the ordinary work of logread
logread > /dev/null 2>&1; [ $? -ne 0 ] && echo "no log"
