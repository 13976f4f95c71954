#!/bin/sh
# about: the ordinary work of tr
echo hello | tr a-y b-z; echo hello | tr -d l; echo aabbcc | tr -s a-c; echo hello | tr '[:lower:]' '[:upper:]'; echo a1b2 | tr -cd '0-9\n'; printf 'a\nb\n' | tr '\n' ,; echo; echo 'x y' | tr ' ' '\t' | cat -A; echo abc | tr abc x
