#!/bin/sh
# about: the ordinary work of timeout
timeout 1 sleep 10; echo $?; timeout 5 sh -c 'exit 3'; echo $?; timeout -s KILL 1 sleep 10; echo $?; timeout 5 true; echo $?; timeout 1 sh -c 'trap "" TERM; sleep 2; echo survived'; echo $?; timeout 5 nosuch; echo $?
