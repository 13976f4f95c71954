#!/bin/bash
# about: tar, gzip, bzip2, xz and zstd
# root: tools
# timeout: 300

mkdir -p d/sub; seq 1 20000 > d/numbers; ln -s numbers d/link; ln d/numbers d/hard; head -c 100000 /dev/zero > d/zeros; chmod 640 d/numbers
touch -d '2010-01-01' d/numbers d/zeros d/sub d
for z in "" z j J "I zstd"; do
    tar -c${z:+${z%% *}}${z##I}f t.tar d 2> /dev/null || tar -c --zstd -f t.tar d
    rm -rf o; mkdir o; tar xf t.tar -C o; diff -r d o/d && echo "same $z"
done
tar --sort=name --mtime=@0 -cf t.tar d; TZ=UTC tar tvf t.tar | awk '{print $1, $2, $3, $4, $6, $7, $8}'
stat -c '%h %a %Y' o/d/numbers; readlink o/d/link
for c in gzip bzip2 xz zstd; do $c -q -k -c d/numbers > n.$c; $c -dc < n.$c | cmp - d/numbers && echo $c; $c -t < n.$c && echo intact; done
xz -9 -k -c d/numbers | xz -dc | md5sum; xz -T2 -k -c d/numbers | xz -dc | md5sum; zstd -q -19 -c d/numbers | zstd -dc | md5sum; zstd -q -T4 -c d/numbers | zstd -dqc | md5sum
head -c 50 n.xz | xz -dc > /dev/null 2>&1; echo $?
tar -cf - d | tar -xf - -C o --strip-components=1; ls o
tar --sparse -cf s.tar d/zeros; tar -rf s.tar d/link; tar tf s.tar; tar --delete -f s.tar d/link; tar tf s.tar
