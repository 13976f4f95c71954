#!/bin/sh
# about: the ordinary work of unxz
printf '\375\067zXZ\0\0\4\346\326\264F\0\0\0\0\034\337D!\037\266\363}\1\0\0\0\0\4YZ' > t.xz; unxz t.xz; echo $?; stat -c %s t; unxz none.xz 2>&1; echo $?
