#!/bin/sh
# about: the ordinary work of ipcalc
ipcalc -bnm 192.168.5.7/20; ipcalc -p 10.0.0.1 255.255.255.0; ipcalc -n 10.1.2.3; ipcalc bad 2>&1; echo $?
