#!/bin/sh
# about: the ordinary work of login
login -f nosuchuser < /dev/null > /dev/null 2>&1; [ $? -ne 0 ] && echo refused
