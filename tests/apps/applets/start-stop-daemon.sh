#!/bin/sh
# about: the ordinary work of start-stop-daemon
start-stop-daemon -S -b -m -p $PWD/pid -x /bin/sleep -- 100; until [ -s pid ] && [ "$(cat /proc/$(cat pid)/comm)" = sleep ]; do usleep 50000; done; echo running; start-stop-daemon -S -p $PWD/pid -x /bin/sleep > /dev/null; echo $?; start-stop-daemon -K -q -p $PWD/pid; echo $?; while [ -d /proc/$(cat pid) ]; do usleep 50000; done; echo gone; start-stop-daemon -K -q -p $PWD/pid 2> /dev/null; echo $?
