#!/bin/sh
# about: the ordinary work of sysctl
sysctl kernel.ostype; sysctl -n kernel.hostname; sysctl -w kernel.hostname=other; cat /proc/sys/kernel/hostname; sysctl -w kernel.hostname=hako; sysctl no.such 2>&1; echo $?; sysctl -n fs.file-max | grep -c '^[0-9]*$'
