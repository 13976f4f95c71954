#!/bin/sh
# about: the ordinary work of unlink
: > a; unlink a; ls; unlink a 2>&1; echo $?; mkdir d; unlink d 2> /dev/null; echo $?
