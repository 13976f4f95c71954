#!/bin/sh
# about: the ordinary work of sync
echo x > f; sync; echo $?; sync f; echo $?; sync -d f; echo $?
