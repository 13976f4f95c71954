#!/bin/sh
# about: the ordinary work of ps
ps | head -1; ps > list; grep -c '[p]s$' list; ps -o pid,comm | awk '$1 == 1 {print $2}'; ps -o pid,ppid,user,args > /dev/null; echo $?; ps -o pid,stat | awk '$1 == 1 {print substr($2, 1, 1)}'; sleep 100 & until [ "$(cat /proc/$!/comm)" = sleep ]; do usleep 50000; done; ps -o comm,ppid | awk -v p=$$ '$1 == "sleep" && $2 == p' | wc -l; kill $!
