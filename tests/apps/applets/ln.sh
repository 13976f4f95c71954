#!/bin/sh
# about: the ordinary work of ln
echo x > a; ln a b; ln -s a c; stat -c '%h %F' a; readlink c; ln -sf b c; readlink c; ln a b 2>&1; echo $?; mkdir d; ln -s ../a d; cat d/a; ln -s nowhere e; cat e 2>&1; ln -snf d f; ln -snf a f; readlink f
