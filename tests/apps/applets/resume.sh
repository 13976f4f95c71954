#!/bin/sh
# about: the ordinary work of resume
resume 2> /dev/null; [ $? -ne 0 ] && echo refused
