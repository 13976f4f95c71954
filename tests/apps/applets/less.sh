#!/bin/sh
# about: the ordinary work of less
seq 1 5 | less; seq 1 3 > t; less t | wc -l
