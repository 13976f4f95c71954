#!/bin/sh
# about: the ordinary work of nologin
nologin < /dev/null; echo $?
