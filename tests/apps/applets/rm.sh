#!/bin/sh
# about: the ordinary work of rm
: > a; rm a; rm a 2>&1; echo $?; rm -f a; echo $?; mkdir -p d/e; : > d/e/f; rm d 2>&1; echo $?; rm -r d; ls; rm -rf none; echo $?; : > ./-x; rm -- -x; ls; : > b; chmod 0 b; rm -f b; ls; rm -r . 2> /dev/null; echo $?
