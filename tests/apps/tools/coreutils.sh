#!/bin/bash
# about: coreutils at work on files
# root: tools
# timeout: 300

set -u
mkdir -p d/e
printf 'b\na\nc\n' > d/x
cp -a d d2
diff -r d d2 && echo same
ls -l d/x | cut -d' ' -f1,2,3,4,5
touch -d '2001-02-03 04:05:06.789' d/x
stat -c '%s %a %F %Y %y' d/x
sort d/x | uniq -c
sha256sum d/x
seq 1 100000 | sort -R | sort -n | md5sum
ln d/x d/hard
ln -s x d/soft
stat -c '%h' d/x
readlink -f d/soft
mv d/x d/moved
cat d/soft 2>&1
dd if=/dev/zero of=big bs=1M count=8 status=none
stat -c '%s' big
truncate -s 3M big
split -b 1M big part.
ls part.*
cat part.* | cmp - big && echo joined
head -c 10 /dev/urandom | wc -c
date -u -d @1000000000 +%c
expr 6 \* 7
printf '%s\n' one two | paste -sd,
tr a-z A-Z <<< hello
cut -d: -f1,7 /etc/passwd | head -3
du -s --apparent-size d/e
comm <(printf '1\n2\n') <(printf '2\n3\n')
join <(printf 'a 1\nb 2\n') <(printf 'a x\nb y\n')
numfmt --to=iec 1048576
mkfifo p
(echo fifo > p &)
cat p
timeout 1 sleep 1000
echo $?
nice -n 5 nice
env -i /usr/bin/env A=b
id -u
test -w /etc/passwd && echo writable
install -m 700 d/moved inst
stat -c %a inst
od -c <<< hi
base64 <<< encode | base64 -d
tac <<< $'1\n2'
factor 360
tee t1 t2 <<< x | cat - t1 t2
rm -r d d2
ls
chmod u=rw,go= big
stat -c %A big
df --output=target / | tail -1
realpath --relative-to=/usr/lib /usr/bin
shuf -i 1-5 | sort | tr '\n' ' '
echo
nohup true 2>/dev/null
stdbuf -oL echo buffered
