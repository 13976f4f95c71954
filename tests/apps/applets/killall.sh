#!/bin/sh
# about: the ordinary work of killall
# Not before it runs: until then, its name is the shell's.
runs() { until [ "$(cat /proc/$1/comm)" = $2 ]; do usleep 50000; done; }
printf '#!/bin/sh\nwhile :; do usleep 50000; done\n' > victim; chmod +x victim; ./victim & v=$!; sleep 100 & p=$!
runs $v victim; runs $p sleep; killall sleep; wait $p 2> /dev/null; echo $?; killall nosuchprocess; echo $?; killall -q nosuch; echo $?; killall -l | head -1
kill -0 $v && echo another name; killall -KILL victim; wait $v 2> /dev/null; echo $?
