#!/bin/sh
# about: the ordinary work of svc
mkdir s; svc -u s 2> /dev/null; echo $?
