#!/bin/sh
# about: the ordinary work of unshare
unshare -u sh -c 'hostname changed; hostname'; hostname; unshare -m sh -c 'mkdir m; mount -t tmpfs x m; grep -c " $PWD/m " /proc/mounts'; grep -c " $PWD/m " /proc/mounts; unshare -p -f sh -c 'echo $$'
