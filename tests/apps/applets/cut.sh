#!/bin/sh
# about: the ordinary work of cut
printf 'a:b:c\nd:e:f\n' > t; cut -d: -f2 t; cut -c1,3 t; cut -d: -f2- t; cut -b 2-4 t; echo nodelim | cut -d: -f1 -s; cut -d: -f1,3 t
