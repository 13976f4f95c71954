#!/bin/sh
# about: the ordinary work of xzcat
printf '\375\067zXZ\0\0\4\346\326\264F\0\0\0\0\034\337D!\037\266\363}\1\0\0\0\0\4YZ' | xzcat | wc -c; echo bad | xzcat 2> /dev/null; echo $?
