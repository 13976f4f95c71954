#!/bin/sh
# about: gawk
# root: tools
# timeout: 300

seq 1 1000 | gawk '{s += $1; q += $1 * $1} END {print s, q}'
gawk -F: '{print $1, $3}' /etc/passwd | head -5
printf 'a b a c b a\n' | gawk '{for (i = 1; i <= NF; i++) n[$i]++} END {for (k in n) print k, n[k]}' | sort
gawk 'BEGIN {printf "%d %s %.3f %c %o %x\n", 42, "s", 2/3, 65, 8, 255}'
gawk 'BEGIN {s = "the quick"; gsub(/[aeiou]/, "<&>", s); print s; print match(s, /q/), RSTART, RLENGTH}'
gawk 'BEGIN {"echo from shell" | getline x; print x; print "to sort" | "cat"; close("cat")}'
gawk 'function f(n) {return n < 2 ? n : f(n - 1) + f(n - 2)} BEGIN {print f(20)}'
echo 'x=1;y=2' | gawk -v RS=';' -F= '{print $1 "->" $2}'
gawk 'BEGIN {while (i++ < 3) print i > "out"; close("out"); while ((getline l < "out") > 0) print "r" l; exit 3}'; echo $?
gawk 'BEGIN {print length("hello"), substr("hello", 2, 3), index("hello", "l"), tolower("ABC"), sprintf("%05d", 42), int(-3.7), exp(0), atan2(0, -1)}'
