#!/bin/sh
# about: the ordinary work of sha512sum
printf abc | sha512sum; printf abc > t; sha512sum t | sha512sum -c
