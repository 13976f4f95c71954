#!/bin/sh
# about: the ordinary work of patch
printf '1\n2\n3\n' > a; printf -- '--- a\n+++ a\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n' > p; patch -p0 < p; cat a; patch -R -p0 < p; cat a; patch -p0 --dry-run < p; printf 'q\n' > a; patch -p0 < p 2>&1 | tail -1; echo $?
