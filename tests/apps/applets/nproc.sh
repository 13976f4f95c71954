#!/bin/sh
# about: the ordinary work of nproc
[ "$(nproc)" = "$(grep -c ^processor /proc/cpuinfo)" ] && echo same; taskset 1 nproc
