#!/bin/sh
# about: the ordinary work of uptime
uptime | grep -c 'load average:'; uptime | grep -c ' up '; [ "$(cut -d. -f1 /proc/uptime)" -ge 0 ] && echo up
