#!/bin/sh
# about: the ordinary work of xz
printf '\375\067zXZ\0\0\4\346\326\264F\0\0\0\0\034\337D!\037\266\363}\1\0\0\0\0\4YZ' > t.xz
xz -dc t.xz | wc -c
xz -d t.xz
echo $?
ls
echo junk | xz -d 2> /dev/null
echo $?
