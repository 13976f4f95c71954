#!/bin/sh
# about: the ordinary work of cpio
mkdir d; echo x > d/f; ln -s f d/l; ln d/f d/h
find d | sort | cpio -o -H newc 2> /dev/null > t.cpio
cpio -t < t.cpio 2> /dev/null
mkdir o; cd o; cpio -id < ../t.cpio 2> /dev/null; find . | sort; cat d/h; readlink d/l; stat -c %h d/f
