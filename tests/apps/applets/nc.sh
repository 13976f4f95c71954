#!/bin/sh
# about: the ordinary work of nc
nc 2> /dev/null; [ $? -ne 0 ] && echo usage
