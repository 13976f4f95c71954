#!/bin/sh
# about: the ordinary work of start-stop-daemon
start-stop-daemon -S -b -m -p $PWD/pid -x /bin/sleep -- 100; sleep 0.3; [ -d /proc/$(cat pid) ] && echo running; start-stop-daemon -S -p $PWD/pid -x /bin/sleep > /dev/null; echo $?; start-stop-daemon -K -q -p $PWD/pid; echo $?; sleep 0.3; [ -d /proc/$(cat pid) ] || echo gone; start-stop-daemon -K -q -p $PWD/pid 2> /dev/null; echo $?
