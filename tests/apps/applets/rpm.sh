#!/bin/sh
# about: the ordinary work of rpm
echo junk > t.rpm
rpm -qip t.rpm 2> /dev/null
[ $? -ne 0 ] && echo refused
