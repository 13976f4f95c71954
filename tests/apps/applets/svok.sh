#!/bin/sh
# about: the ordinary work of svok
mkdir s; svok s; echo $?
