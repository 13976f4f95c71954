#!/bin/sh
# about: the ordinary work of install
echo x > s; install -m 751 -o 3 -g 4 s d; stat -c '%a %u %g' d; install -d a/b/c; find a; install s a/b; cat a/b/s; install -D s q/r/t; cat q/r/t
