#!/bin/sh
# about: the ordinary work of findfs
findfs LABEL=none 2>&1; echo $?
