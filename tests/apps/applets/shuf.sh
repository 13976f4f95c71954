#!/bin/sh
# about: the ordinary work of shuf
seq 1 50 | shuf | sort -n | md5sum; seq 1 50 | md5sum; shuf -i 1-10 -n 3 | wc -l; shuf -e a b c | sort; seq 1 100 | shuf -n 5 | wc -l
