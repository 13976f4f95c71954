#!/bin/sh
# about: the ordinary work of chown
: > t; chown 12:34 t; stat -c %u:%g t; chown user t; stat -c %U t; chown :user t; stat -c %G t
ln -s t l; chown -h 5:6 l; stat -c %u:%g l t; chown nosuch t 2>&1; echo $?
