#!/bin/sh
# about: the ordinary work of ubirename
ubirename 2> /dev/null; echo $?
