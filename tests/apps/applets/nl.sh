#!/bin/sh
# about: the ordinary work of nl
printf 'a\n\nb\n' | nl; printf 'a\n\nb\n' | nl -b a; printf 'x\ny\n' | nl -w 3 -s : -v 10
