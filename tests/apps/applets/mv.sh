#!/bin/sh
# about: the ordinary work of mv
echo 1 > a; mv a b; cat b; mkdir d; mv b d; ls d; echo 2 > c; mv c d/b; cat d/b; mv d e; ls; mv /none x 2>&1; echo $?; echo n > n; echo o > o; mv -n n o; cat o; mv -f n o; cat o
