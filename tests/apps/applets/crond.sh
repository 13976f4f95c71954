#!/bin/sh
# about: the ordinary work of crond
crond -h 2> /dev/null; [ $? -ne 0 ] && echo usage; mkdir c; crond -f -c $PWD/c -L /dev/null & p=$!; until [ "$(cut -d' ' -f2,3 /proc/$p/stat)" = '(crond) S' ]; do usleep 50000; done; kill -0 $p && echo running; kill $p; wait $p 2> /dev/null; echo $?
