#!/bin/sh
# about: the ordinary work of date
TZ=UTC date -d @0; TZ=UTC date -d @86400 +%Y-%m-%dT%H:%M:%S
TZ=UTC date -d '2024-02-29 12:34:56' '+%s %a %j %U'
TZ=EST5 date -d @0 +%H; date -d nonsense 2>&1; echo $?
[ "$(date +%Y)" -ge 2020 ] && echo year; : > f; touch -d @1000 f; date -r f +%s
