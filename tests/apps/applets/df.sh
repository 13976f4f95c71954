#!/bin/sh
# about: the ordinary work of df
df /tmp > t; echo $?; head -1 t; wc -l < t; df -P / | awk 'NR == 2 {print NF, $6}'; df /none 2>&1; echo $?
