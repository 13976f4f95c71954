#!/bin/sh
# about: the ordinary work of more
seq 1 5 | more; seq 1 3 > t; more t | wc -l
