#!/bin/sh
# about: the ordinary work of gunzip
seq 1 1000 | gzip > t.gz; gunzip -t t.gz; echo $?; gunzip -k t.gz; md5sum t; echo bad > b.gz; gunzip b.gz 2>&1; echo $?
