#!/bin/sh
# about: the ordinary work of timeout
timeout 1 sleep 1000; echo $?; timeout 1000 sh -c 'exit 3'; echo $?; timeout -s KILL 1 sleep 1000; echo $?; timeout 1000 true; echo $?; (trap '' TERM; timeout 1 sh -c 'sleep 2; echo survived'; echo $?); timeout 1000 nosuch; echo $?
