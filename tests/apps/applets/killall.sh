#!/bin/sh
# about: the ordinary work of killall
cp /bin/busybox ./victim; ./victim sleep 100 2> /dev/null & sleep 100 & p=$!; killall sleep; wait $p 2> /dev/null; echo $?; killall nosuchprocess; echo $?; killall -q nosuch; echo $?; killall -l | head -1; kill %1 2> /dev/null; true
