#!/bin/sh
# about: the ordinary work of sleep
sleep 0; sleep 0.1; echo $?; sleep x 2> /dev/null; echo $?; sleep 0.01 0.02; echo $?
