#!/bin/sh
# about: the ordinary work of sed
printf 'one\ntwo\nthree\nfour\n' > t
sed 's/o/0/g' t; sed -n 2p t; sed 2d t; sed '/t/!d' t; sed -n '/two/,/four/p' t; sed '1i\
first' t; sed '$a last' t; sed -e 's/one/1/' -e 's/two/2/' t; sed 'y/abc/ABC/' t; sed -n '$=' t; sed -E 's/(.)(.)/\2\1/' t; sed -i s/one/ONE/ t; head -1 t; sed 'N;s/\n/-/' t; sed -n 'l' t | head -1; sed '/two/{s/t/T/;q}' t; sed 's/./&&/2' t; sed ':a;N;$!ba;s/\n/,/g' t; sed 'x;G;1!h;s/\n//g;$!d' t; sed --expression='c\changed' t | head -1; sed 's|x' t 2>&1 | head -1 | cut -c1-4
