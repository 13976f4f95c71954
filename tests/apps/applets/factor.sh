#!/bin/sh
# about: the ordinary work of factor
factor 1 2 60 97 1000000007 18446744073709551615; factor x 2>&1; echo $?
