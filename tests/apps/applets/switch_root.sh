#!/bin/sh
# about: the ordinary work of switch_root
switch_root 2> /dev/null; echo $?; switch_root /tmp /bin/sh 2>&1 | head -1; true
