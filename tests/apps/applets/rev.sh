#!/bin/sh
# about: the ordinary work of rev
printf 'abc\nhello world\n\n' | rev; echo äö | rev | wc -c
