#!/bin/sh
# about: the ordinary work of nohup
nohup sh -c 'echo out; exit 5' > o 2> /dev/null < /dev/null; echo $?; cat o; nohup nosuchcmd > /dev/null 2>&1; echo $?
