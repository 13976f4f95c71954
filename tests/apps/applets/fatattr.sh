#!/bin/sh
# about: the ordinary work of fatattr
: > f; fatattr f 2> /dev/null; echo $?
