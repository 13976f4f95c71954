#!/bin/sh
# about: the ordinary work of mkfifo
mkfifo f; stat -c %F f; (echo through > f &) ; cat f; mkfifo -m 600 g; stat -c %a g; mkfifo f 2>&1; echo $?
