#!/bin/sh
# about: the ordinary work of passwd
cp /etc/shadow s; printf 'pw1\npw1\n' | passwd user > /dev/null 2>&1; echo $?; grep -c '^user:\$' /etc/shadow; cp s /etc/shadow
