#!/bin/sh
# about: the ordinary work of mktemp
f=$(mktemp); [ -f $f ] && echo file; stat -c %a $f; d=$(mktemp -d); [ -d $d ] && stat -c %a $d; rm -r $f $d; t=$(mktemp ./abcXXXXXX); ls | sed 's/abc....../abcN/'; mktemp -u ./zXXXXXX > /dev/null; ls | wc -l
