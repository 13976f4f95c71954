#!/bin/sh
# about: the ordinary work of which
which sh; which -a ls; which nosuch; echo $?; which sh cat; PATH=/nowhere busybox which ls; echo $?
