#!/bin/sh
# about: the ordinary work of tail
seq 1 20 > t; tail t; tail -n 2 t; tail -n +19 t; tail -c 4 t; tail -c +48 t; seq 1 3 | tail -n 1; tail -n 1 t t; : > o; tail -f t > o & p=$!; shows() { until [ "$(tail -1 o)" = $1 ]; do usleep 50000; done; }; shows 20; echo more >> t; shows more; kill $p; tail -1 o; tail /none 2>&1; echo $?
