#!/bin/sh
# about: the ordinary work of getopt
getopt -o ab:c -- -a -b val -c rest; getopt -o a -- -x 2>&1; echo $?; getopt -o a -l long:,flag -n me -- --flag --long=x y
