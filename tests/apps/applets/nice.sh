#!/bin/sh
# about: the ordinary work of nice
nice; nice -n 5 nice; nice -n 5 nice -n 20 nice; nice -n -3 nice; nice nosuchcmd; echo $?; nice sh -c 'exit 4'; echo $?
