#!/bin/sh
# about: the ordinary work of gzip
seq 1 5000 > t; md5sum < t; gzip -9 -k t; gzip -dc t.gz | md5sum; gzip t 2>&1 < /dev/null; echo $?; rm t.gz; gzip t; ls; head -c 2 t.gz | od -An -tx1
