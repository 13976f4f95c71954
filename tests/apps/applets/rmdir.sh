#!/bin/sh
# about: the ordinary work of rmdir
mkdir -p a/b/c; rmdir a 2>&1; echo $?; rmdir a/b/c; rmdir -p a/b; ls; rmdir none 2>&1; echo $?; : > f; rmdir f 2>&1; echo $?
