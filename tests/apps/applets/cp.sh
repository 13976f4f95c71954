#!/bin/sh
# about: the ordinary work of cp
echo one > a; cp a b; cat b; mkdir d; cp a b d; ls d; cp -r d e; ls e
ln -s a l; cp -a l m; readlink m; cp -L l n; cat n
chmod 640 a; touch -d '2001-02-03 04:05:06' a; cp -p a p; stat -c '%a %Y' p
cp /none x 2>&1; echo $?; cp -r d d/d2 2> /dev/null; ls d | head -2; cp -l a h; stat -c %h a
