#!/bin/sh
# about: ps, pgrep and others of procps, from /proc
# root: tools
# timeout: 300

sleep 1000 & p=$!
until [ "$(cut -d' ' -f2,3 /proc/$p/stat)" = '(sleep) S' ]; do sleep 0.1; done; ps -o comm= -p $p; ps -o ppid= -p $p | grep -c . ; pgrep -x sleep | grep -cx $p; ps -e -o pid= | awk '$1 == 1' | wc -l; ps aux | head -1 | tr -s ' '
ps -o stat= -p $p | cut -c1; free | awk 'NR == 2 {print $1, $2 > 0}'; uptime -p | cut -c1-2; vmstat 2>/dev/null | tail -1 | wc -w; w -h | wc -l; pmap $p | tail -1 | awk '{print $1}'; pkill -x sleep; wait $p 2> /dev/null; echo $?; pwdx $$ | sed 's/.*: //' ; top -b -n 1 | sed -n 1p | cut -c1-5; sysctl -n kernel.ostype; pidof nosuch; echo $?
