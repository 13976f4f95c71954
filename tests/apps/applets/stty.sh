#!/bin/sh
# about: the ordinary work of stty
stty < /dev/null 2>&1; echo $?
