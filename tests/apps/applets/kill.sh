#!/bin/sh
# about: the ordinary work of kill
# Not before it runs: until then it does not ignore what a job in the background does.
start() { sleep 100 & p=$!; until [ "$(cat /proc/$p/comm)" = sleep ]; do usleep 50000; done; }
start; kill $p; wait $p 2> /dev/null; echo $?; start; kill -9 $p; wait $p 2> /dev/null; echo $?; kill -l 9; kill -l TERM; kill -0 $$ && echo alive; kill 999999 2>&1; echo $?
busybox kill -l | head -3; start; kill -STOP $p; kill -CONT $p; kill -INT $p; kill $p; wait $p 2> /dev/null; echo $?
