#!/bin/sh
# about: the ordinary work of true
true; echo $?; busybox true; echo $?
