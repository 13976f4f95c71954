#!/bin/sh
# about: the ordinary work of sha1sum
printf abc | sha1sum; printf abc > t; sha1sum t | sha1sum -c
