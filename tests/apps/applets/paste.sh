#!/bin/sh
# about: the ordinary work of paste
printf '1\n2\n3\n' > a; printf 'x\ny\n' > b; paste a b; paste -d, a b; paste -s a; paste -s -d+ a b
