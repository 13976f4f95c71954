#!/bin/sh
# about: the ordinary work of renice
sleep 100 & p=$!; renice -n 5 -p $p; ps -o pid,nice | awk -v p=$p '$1 == p {print $2}'; renice 10 $p; cut -d' ' -f19 /proc/$p/stat; kill $p; renice 5 999999 2>&1; echo $?
