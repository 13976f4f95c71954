#!/bin/sh
# about: the ordinary work of getty
getty 2> /dev/null; [ $? -ne 0 ] && echo usage
