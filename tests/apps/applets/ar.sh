#!/bin/sh
# about: the ordinary work of ar
echo one > a; echo two > b
ar rc x.a a b 2>&1 || echo "no writing: $?"
printf '!<arch>\n' > y.a
printf '%-16s%-12s%-6s%-6s%-8s%-10s`\n' a/ 0 0 0 100644 4 >> y.a
cat a >> y.a
printf '%-16s%-12s%-6s%-6s%-8s%-10s`\n' b/ 0 0 0 100644 4 >> y.a
cat b >> y.a
ar t y.a
ar p y.a b
rm a b; ar x y.a; cat a b
