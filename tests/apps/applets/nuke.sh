#!/bin/sh
# about: the ordinary work of nuke
mkdir -p d/e; : > d/e/f; nuke d; echo $?; ls
