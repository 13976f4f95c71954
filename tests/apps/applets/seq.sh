#!/bin/sh
# about: the ordinary work of seq
seq 3; seq 2 5; seq 1 3 10; seq 5 -2 1; seq -w 8 11; seq -s, 3; seq 0.5 0.5 2; seq 1 0; seq -f %03g 2 2> /dev/null; true
