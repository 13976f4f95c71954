#!/bin/sh
# about: the ordinary work of setsid
setsid sh -c 'echo ran'; setsid -c true < /dev/null; echo $?; sh -c 'cut -d" " -f6 /proc/self/stat' > a; setsid sh -c 'cut -d" " -f6 /proc/self/stat' > b; cmp -s a b || echo "another session"
