#!/bin/sh
# about: the ordinary work of modinfo
modinfo nosuchmodule 2> /dev/null; [ $? -ne 0 ] && echo missing
