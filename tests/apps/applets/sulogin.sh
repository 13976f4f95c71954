#!/bin/sh
# about: the ordinary work of sulogin
sulogin < /dev/null > /dev/null 2>&1; [ $? -ne 0 ] && echo refused
