#!/bin/sh
# about: the ordinary work of truncate
truncate -s 1000 a; stat -c '%s %b' a; truncate -s +24 a; stat -c %s a; truncate -s 1K a; stat -c %s a; echo hello > b; truncate -s 3 b; cat b; echo; truncate -c -s 5 none; ls; truncate a 2> /dev/null; echo $?
