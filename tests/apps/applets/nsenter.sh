#!/bin/sh
# about: the ordinary work of nsenter
nsenter -t $$ -u hostname; unshare -u sh -c 'hostname inner; hostname'; nsenter --uts=/proc/$$/ns/uts hostname
