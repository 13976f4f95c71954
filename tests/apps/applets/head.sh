#!/bin/sh
# about: the ordinary work of head
seq 1 20 > t; head t; head -n 3 t; head -c 5 t; echo; head -n -17 t; head -n1 t t; head -3 < t
