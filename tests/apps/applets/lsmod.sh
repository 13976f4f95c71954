#!/bin/sh
# about: the ordinary work of lsmod
lsmod | head -1 | awk '{print $1}'
