#!/bin/sh
# about: the ordinary work of reset
reset > /dev/null 2>&1; echo $?
