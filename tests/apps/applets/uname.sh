#!/bin/sh
# about: the ordinary work of uname
uname; uname -s; [ "$(uname -n)" = "$(hostname)" ] && echo host; uname -r | grep -c '^6\.1\.'; uname -o; uname -a | wc -l; uname -m | grep -cE 'x86_64|aarch64'
