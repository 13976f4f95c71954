#!/bin/sh
# about: the ordinary work of bunzip2
seq 1 1000 > t; bzip2 t; ls; bunzip2 t.bz2; ls; tail -1 t
