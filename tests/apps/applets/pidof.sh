#!/bin/sh
# about: the ordinary work of pidof
cp /bin/busybox sleeper; sh -c 'exec -a unique_name sleep 100' 2> /dev/null & sleep 100 & p=$!; until [ "$(cat /proc/$p/comm)" = sleep ]; do usleep 50000; done; pidof sleep | tr ' ' '\n' | grep -cx $p; pidof nosuch; echo $?; kill $p %1 2> /dev/null; pidof -s init > /dev/null; echo $?
