#!/bin/sh
# about: the ordinary work of awk
printf 'a 1\nb 2\nc 3\n' > t
awk '{s += $2} END {print s, NR}' t
awk '/b/ {print $1 "-" $2}' t
awk -F: '$3 < 3 {print $1, $3}' /etc/passwd
awk 'BEGIN {printf "%05.2f %x %s\n", 3.14159, 255, toupper("abc")}'
awk '{a[$1] = $2} END {for (k in a) n++; print n, a["c"]}' t
echo 'one two three' | awk '{$2 = "2"; print; print NF}'
awk 'BEGIN {while ((getline line < "t") > 0) print "got", line; "echo cmd" | getline x; print x}'
awk 'BEGIN {s = "hello world"; gsub(/o/, "0", s); print s, index(s, "w"), substr(s, 1, 4), length(s)}'
awk 'BEGIN { n = split("a:b:c", p, ":"); print n, p[3]; print 2 ** 10, int(7 / 2), 7 % 3 }'
