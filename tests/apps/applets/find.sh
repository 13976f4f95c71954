#!/bin/sh
# about: the ordinary work of find
mkdir -p d/e/f; : > d/a; echo xx > d/e/b; ln -s a d/l; chmod 600 d/a; touch -d '2001-02-03 04:05:06' d/a
find d | sort; find d -type f | sort; find d -name 'b*'; find d -type l; find d -maxdepth 1 | sort
find d -size +0c -type f; find d -perm 600; find d -empty | sort; find d -newer d/a -name b | wc -l
find d -type f -exec echo {} \; | sort; find d -type f -print0 | tr '\0' '\n' | sort; find d -name e -prune -o -print | sort
find d -type f -exec wc -c {} + | tail -1; find d -depth | tail -1; find d -links 1 -user root | sort; find d -name b -delete; find d -name b
