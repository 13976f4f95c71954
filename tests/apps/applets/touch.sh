#!/bin/sh
# about: the ordinary work of touch
touch a; stat -c %s a; touch -d '2000-01-01 00:00:00' a; stat -c %Y a; touch -r a b; stat -c %Y b; touch -c none; ls; touch -t 200102030405.06 a; stat -c %Y a; touch /none/x 2>&1; echo $?; ln -s a l; touch -h -d @5 l; stat -c %Y l a; touch -d @99999999 a; stat -c %Y a
