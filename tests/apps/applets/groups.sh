#!/bin/sh
# about: the ordinary work of groups
groups; groups user; groups nosuch 2>&1; echo $?
