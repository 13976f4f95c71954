#!/bin/sh
# about: the ordinary work of tac
printf '1\n2\n3\n' | tac; printf 'a\nb' > t; tac t; echo; tac t t | wc -l
