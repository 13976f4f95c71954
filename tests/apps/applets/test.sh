#!/bin/sh
# about: the ordinary work of test
test 1 -eq 1; echo $?; test a != b; echo $?; test -f /etc/passwd; echo $?; test -x /bin/sh -a -r /bin/sh; echo $?; test ! -e /none; echo $?; : > a; touch -d '2001-02-03 04:05:06' a; : > b; test b -nt a; echo $?; test b -ot a; echo $?; ln -s a l; test -L l; echo $?; test -s a; echo $?; test; echo $?; test x -eq 1 2> /dev/null; echo $?; mkfifo p; test -p p; echo $?; test -t 0; echo $?; chmod u+s a; test -u a; echo $?; test -c /dev/null; echo $?; test a -ef l; echo $?
