#!/bin/sh
# about: the ordinary work of shred
seq 1 1000 > t; md5sum < t > a; shred -n 1 t; md5sum < t > b; cmp -s a b || echo changed; stat -c %s t; shred -u t; ls
