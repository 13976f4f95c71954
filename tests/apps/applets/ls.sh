#!/bin/sh
# about: the ordinary work of ls
mkdir d; : > a; echo hello > b; ln -s a l; chmod 755 b; touch -d '2020-01-02 03:04:05' a b d; touch -h -d '2020-01-02 03:04:05' l 2> /dev/null
ls; ls -1; ls -F; ls -p; ls -a; ls -A; ls -d d; ls -r; ls -S; ls -s b; ls -ln a b | awk '{print $1, $2, $3, $4, $5, $9}'; ls -R; ls -l l | sed 's/.* l /l /'; ls /none 2>&1; echo $?; ls -e a; ls -C -w 20; ls --full-time b | awk '{print $6, $7}'; ls -m 2>&1 | head -1; ls -t b a
