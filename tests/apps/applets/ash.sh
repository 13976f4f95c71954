#!/bin/sh
# about: the ordinary work of ash
ash -c 'f() { echo "f: $*"; return 3; }; f a "b c"; echo $?'
ash -c 'set -- 1 2 3; while [ $# -gt 0 ]; do echo $1; shift; done'
ash -c 'x=abcdef; echo ${x#ab} ${x%ef} ${#x} ${x:-no} ${y:-none}'
ash -c 'echo $((7 * 6)) $((1 << 10)) $((0x1f ^ 3))'
ash -c 'case file.txt in *.c) echo c;; *.txt) echo text;; esac'
ash -c 'trap "echo bye" EXIT; echo hello'
ash -c 'cat << END
here $((1+1))
END'
ash -c 'for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done | tr "\n" " "; echo'
ash -c 'exit 9'; echo $?
ash -c 'read a b << E
one two three
E
echo "$b,$a"'
