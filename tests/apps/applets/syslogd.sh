#!/bin/sh
# about: the ordinary work of syslogd
syslogd -n -O $PWD/log & p=$!; seen() { until grep -q "$1" log 2> /dev/null; do usleep 50000; done; }; seen 'syslogd started'; logger -t tag message; seen message; kill $p; wait $p 2> /dev/null; grep -c 'tag: message' log
