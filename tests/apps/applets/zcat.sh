#!/bin/sh
# about: the ordinary work of zcat
seq 1 100 | gzip > t.gz; zcat t.gz | md5sum; zcat < t.gz | tail -1; cp t.gz u.gz; zcat t.gz u.gz | wc -l; echo x | zcat 2> /dev/null; echo $?
