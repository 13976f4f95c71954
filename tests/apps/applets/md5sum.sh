#!/bin/sh
# about: the ordinary work of md5sum
printf abc | md5sum; printf abc > t; md5sum t > s; md5sum -c s; echo x > t; md5sum -c s 2>&1; echo $?; printf '' | md5sum
