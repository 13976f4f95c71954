#!/bin/sh
# about: the ordinary work of pwd
pwd; cd /usr/bin; pwd; cd ..; pwd; cd /bin; pwd; pwd -P; busybox pwd; mkdir /tmp/test/gone; cd /tmp/test/gone; rmdir ../gone; busybox pwd 2>&1; echo $?
