#!/bin/sh
# about: the ordinary work of false
false; echo $?; busybox false; echo $?
