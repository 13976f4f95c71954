#!/bin/sh
# about: the ordinary work of echo
echo a  b "c  d"; echo -n x; echo; echo -e 'a\tb\\n\x41'; echo -E 'a\tb'; busybox echo -- x
