#!/bin/sh
# about: the ordinary work of kill
sleep 100 & p=$!; kill $p; wait $p; echo $?; sleep 100 & p=$!; kill -9 $p; wait $p; echo $?; kill -l 9; kill -l TERM; kill -0 $$ && echo alive; kill 999999 2>&1; echo $?
busybox kill -l | head -3; sleep 100 & kill -STOP $!; kill -CONT $!; kill -INT $!; kill $!; wait $!; echo $?
