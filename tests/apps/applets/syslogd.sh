#!/bin/sh
# about: the ordinary work of syslogd
syslogd -n -O $PWD/log & p=$!; sleep 1; logger -t tag message; sleep 1; kill $p; wait $p 2> /dev/null; grep -c 'tag: message' log
