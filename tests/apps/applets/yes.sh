#!/bin/sh
# about: the ordinary work of yes
yes | head -3; yes a b | head -1; yes | head -c 100000 | md5sum
