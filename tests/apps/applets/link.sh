#!/bin/sh
# about: the ordinary work of link
echo x > a; link a b; stat -c %h a; link a b 2>&1; echo $?
