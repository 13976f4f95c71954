#!/bin/dash
# about: the dash shell
# root: tools
# timeout: 300

f() { local x=$1; [ "$x" -le 1 ] && { echo 1; return; }; echo $((x * $(f $((x - 1))))); }
f 10
for i in a b c; do printf '%s ' "$i"; done; echo
i=0; while [ $i -lt 3 ]; do i=$((i + 1)); done; echo $i
case xyz in x*) echo match;; esac
echo one two three | { read a b; echo "$b"; }
cat << END
$((2 + 3)) `echo nested`
END
(exit 4); echo $?
trap 'echo trapped' USR1; kill -USR1 $$
x=$(cat << 'E'
raw $x
E
); echo "$x"
set -- 1 2 3; shift; echo "$@" $#
sleep 100 & kill $!; wait $! 2> /dev/null; echo $?
echo ${unset:-default} ${x%% *} ${#x}
{ echo a; echo b >&2; } 2>&1 | sort -r
eval 'y=5'; echo $y
command -v dash
umask 027; : > m; stat -c %a m
exec 3> file; echo three >&3; exec 3>&-; cat file
trap 'echo exit' EXIT
