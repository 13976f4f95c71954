#!/bin/sh
# about: the ordinary work of uniq
printf 'a\na\nb\nc\nc\n' > t; uniq t; uniq -c t; uniq -d t; uniq -u t; printf 'a 1\nb 1\n' | uniq -f 1; printf 'A\na\n' | uniq -i; uniq t o; cat o; printf 'xa\nya\n' | uniq -s 1; printf 'ab1\nab2\n' | uniq -w 2
