#!/bin/sh
# about: the ordinary work of chmod
: > t; for m in 644 u+x,g-r a=rw o-w +x 4755 g+s 0; do chmod $m t; stat -c "$m %a" t; done
mkdir -p d/e; chmod -R 750 d; stat -c '%n %a' d d/e; chmod 1777 d; stat -c %A d
chmod 600 /none 2>&1; echo $?
