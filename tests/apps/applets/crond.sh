#!/bin/sh
# about: the ordinary work of crond
crond -h 2> /dev/null; [ $? -ne 0 ] && echo usage; mkdir c; crond -f -c $PWD/c -L /dev/null & p=$!; sleep 0.5; kill -0 $p && echo running; { kill $p; wait $p; } 2> /dev/null; echo $?
