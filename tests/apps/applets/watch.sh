#!/bin/sh
# about: the ordinary work of watch
: > o; watch -n 1 -t echo hi < /dev/null > o & p=$!; until [ "$(grep -c hi o)" -ge 2 ]; do usleep 50000; done; kill $p; wait $p 2> /dev/null; echo $?
