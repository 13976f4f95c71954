#!/bin/sh
# about: the ordinary work of tail
seq 1 20 > t; tail t; tail -n 2 t; tail -n +19 t; tail -c 4 t; tail -c +48 t; seq 1 3 | tail -n 1; tail -n 1 t t; tail -f t > o & p=$!; sleep 1.5; echo more >> t; sleep 2.5; kill $p; tail -1 o; tail /none 2>&1; echo $?
