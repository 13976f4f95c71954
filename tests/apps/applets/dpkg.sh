#!/bin/sh
# about: the ordinary work of dpkg
mkdir -p /var/lib/dpkg
: > /var/lib/dpkg/status
dpkg -l | head -1 | cut -c1-10
dpkg -i none.deb 2> /dev/null
[ $? -ne 0 ] && echo missing
rm -r /var/lib/dpkg
