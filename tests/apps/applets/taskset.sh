#!/bin/sh
# about: the ordinary work of taskset
taskset -p $$ | sed 's/.*: //' | grep -c '^[0-9a-f]*$'; taskset 1 sh -c 'taskset -p $$ | sed "s/.*: //"'; taskset -c 0 nproc; taskset 0 true 2> /dev/null; echo $?
