#!/bin/sh
# about: the ordinary work of free
free | awk 'NR == 1 {print NF} NR == 2 {print $1, ($2 > 1000), ($4 > 0)}'; free -m | wc -l
