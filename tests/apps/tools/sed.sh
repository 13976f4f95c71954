#!/bin/sh
# about: sed, with the distribution's C library
# root: tools
# timeout: 300

seq 1 10 > t
sed -n '2~3p' t; sed '3,5d;s/1/one/' t; sed -E 's/([0-9])0/<\1>/' t; sed -i.bak 's/5/five/' t; diff t t.bak
sed ':a;N;$!ba;s/\n/ /g' t; printf 'a\nb\n' | sed 'h;G'; sed -n '/five/=' t; sed 's/.*/\U&x/' t | tail -1; sed '$!N;P;D' t | wc -l
sed -z 's/\n/,/g' t; echo; sed 'w out' t > /dev/null; wc -l < out; echo bad | sed 's/(/' ; sed 's/\(/' t; echo $?
