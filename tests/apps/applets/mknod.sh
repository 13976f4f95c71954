#!/bin/sh
# about: the ordinary work of mknod
mknod n c 1 3; stat -c '%F %t %T' n; echo x > n; cat n; mknod p p; stat -c %F p; mknod -m 640 b b 7 0; stat -c '%a %F' b; mknod x 2> /dev/null; echo $?
