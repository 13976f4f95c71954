#!/bin/sh
# about: the ordinary work of realpath
mkdir -p d/e; ln -s d/e l; realpath l; realpath l/..; realpath .; realpath /none/x 2>&1; echo $?; realpath /../etc/./passwd
