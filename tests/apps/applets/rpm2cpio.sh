#!/bin/sh
# about: the ordinary work of rpm2cpio
echo junk > t; rpm2cpio t 2> /dev/null | wc -c
