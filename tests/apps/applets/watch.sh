#!/bin/sh
# about: the ordinary work of watch
timeout 1 watch -n 1 -t echo hi < /dev/null | grep -c hi | grep -qv '^0$' && echo seen
