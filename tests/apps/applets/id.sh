#!/bin/sh
# about: the ordinary work of id
id; id -u; id -g; id -un; id -G; id user; id nosuch 2>&1; echo $?; id -nG user
