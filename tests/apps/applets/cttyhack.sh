#!/bin/sh
# about: the ordinary work of cttyhack
cttyhack sh -c 'echo run; exit 4' < /dev/null; echo $?
