#!/bin/bash
# about: bash: job control, traps, pipelines, here-documents, process
# about: substitution, co-processes, redirections, arrays, and the rest of it
# root: tools
# timeout: 300

shopt -s extglob # known before what needs it is read

# The second half runs on a terminal of its own, as a session's leader.
part() { printf '== %s\n' "$*"; }
nopid() { sed -E 's/[0-9]{2,}/PID/g; s/^[^ ]*: line PID:/line:/; s/ +/ /g'; }
# bash's messages without line numbers and pids
steady() { sed -u -E 's/[^ ]*: line [0-9]+:( +[0-9]+ )?/bash: line:\1/; s/: +[0-9]+ +/: PID /; s/job 1\[[0-9]*\]/job 1[PID]/'; }
# until COMMAND... holds, for what takes a moment
until_ok() { local i; for ((i = 0; i < 6000; i++)); do "$@" && return 0; sleep 0.02; done; echo "never: $*"; return 1; }
state() { local s; read -r s 2> /dev/null < "/proc/$1/stat" || { echo gone; return; }; s=${s##*) }; echo "${s%% *}"; }
is() { [ "$(state "$1")" = "$2" ]; }
# bash has been told that the job stopped
stopped() { [[ " "$(jobs -ps)" " == *[[:space:]]$1[[:space:]]* ]]; }
# the child in the background is no longer bash
up() { until_ok grep -qa ^sleep "/proc/$!/cmdline"; }
ended() { case $(state "$1") in Z | X | gone) ;; *) false ;; esac; }

first_half()
{
part expansion
echo {a,b{1..3},c}{x,} {01..10..3} {z..w}
x=hello-world.tar.gz; echo "${x%.*} ${x%%.*} ${x#*-} ${x##*.} ${x/o/0} ${x//o/0} ${x/#h/H} ${x/%gz/xz} ${x:3:5} ${x: -2} ${#x}"
unset u; echo "${u:-default} ${u-unset} ${u:=assigned} $u ${u:+set} ${v+not}"; (: "${nothing:?is needed}") 2>&1 | nopid; echo "${PIPESTATUS[*]}"
y="MiXed"; echo "${y^^} ${y,,} ${y^} ${y,} ${y~~} ${y@Q} ${y@U} ${y@L}"; echo "${!B*}" | tr ' ' '\n' | grep -c BASH
v1=indirect v2=v1; echo "${!v2}"; declare -n ref=v1; ref=changed; echo "$v1 ${!ref}"
echo $((7 / 2)) $((-7 / 2)) $((-7 % 3)) $((2 ** 20)) $((0x1f)) $((017)) $((2#1010)) $((1 << 40)) $((5 > 3 ? 10 : 20)) $((1, 2, 3)) $((~0)) $(( (3 & 5) | 8 ^ 1 ))
i=5; echo $((i++ + ++i)) $i $((i += 3)) $((i--)) $i; let 'i = i * 2' i-=1; echo $i; ((i > 100)); echo $?; (( 1 / 0 )) 2>&1 | nopid
echo $((9223372036854775807 + 1)) $((36#zz)); for ((i = 0, j = 10; i < j; i += 3, j--)); do printf '%d:%d ' $i $j; done; echo
IFS=:; set -- a:b c::d; echo $* "$*" $#; p=a:b::c; echo $p; set -f; echo *; set +f; IFS=$' \t\n'; set --
echo ~ ~root ~+ | sed "s|$PWD|PWD|g"; echo $'tab\there\x41\u00e9\n' "\$HOME" '$HOME' | od -c | head -3; echo "a  b" 'c  d' e\ \ f

part globs
mkdir globs; cd globs; touch a.c b.c a.h Abc .hidden 'sp ace' x1 x2 x10; mkdir -p d/e/f; touch d/e/f/deep.c d/mid.c
echo *; echo *.c ?.? [ab].* [!a]*; echo .h*; shopt -s dotglob; echo *; shopt -u dotglob
shopt -s extglob globstar; echo !(*.c) ; echo @(a|b).c +([a-z]).h *([xyz0-9]) ?(x)1; echo **/*.c; echo **/; shopt -s nullglob; echo none* end; shopt -u nullglob; echo none*
shopt -s nocaseglob; echo ab*; shopt -u nocaseglob; (shopt -s failglob; echo none*; echo not here) 2>&1 | nopid; case file.tar.gz in *.@(tar|cpio).gz) echo archive;; esac
case b in a) echo a;; b) echo b;;& [a-c]) echo range;& z) echo through;; *) echo no;; esac; [[ abc == a?c && abc =~ ^(a)(b)c$ ]] && echo "${BASH_REMATCH[@]}"; GLOBIGNORE='*.c'; echo *; unset GLOBIGNORE
cd ..; rm -r globs

part arrays
a=(one two 'three four' [7]=seven); echo "${#a[@]} ${!a[@]} ${a[2]} ${a[-1]}"; a+=(eight); unset 'a[0]'; printf '<%s>' "${a[@]}"; echo; echo "${a[@]:1:2} ${a[*]/e/E} ${a[@]#t}"
declare -A m=([k1]=v1 ['k 2']='v 2'); m[k3]=v3; for k in "${!m[@]}"; do echo "$k=${m[$k]}"; done | sort; echo ${#m[@]}; unset 'm[k1]'; [[ -v m[k3] && ! -v m[k1] ]] && echo test; declare -p a
mapfile -t lines < <(seq 5); echo "${lines[@]} ${#lines[@]}"; mapfile -t -s 2 -n 2 -O 10 lines < <(seq 9); echo "${!lines[@]} ${lines[11]}"; cb() { echo "cb $1 ${2%$'\n'}"; }; mapfile -c 2 -C cb z < <(seq 4); readarray -d , -t c <<< 'x,y,z'; echo ${#c[@]} "${c[1]}"
read -ra w <<< ' split  these words '; echo "${#w[@]} ${w[2]}"; IFS=, read -r f1 f2 f3 <<< '1,2,3,4'; echo "$f1|$f2|$f3"; declare -i n=5; n+=3; n=n*2; echo $n; declare -r ro=1; (ro=2) 2>&1 | nopid; declare -u up=abc; declare -l lo=ABC; echo $up $lo
f() { local -a l=("$@"); local IFS=-; echo "${l[*]} $# ${*:2:2} $FUNCNAME ${BASH_LINENO[0]:+line}"; shift 2; echo "$1 ${FUNCNAME[@]}"; }; f p q r s; slice=({a..j}); echo "${slice[@]:(-3)}" "${slice[@]::2}"

part printf and read
printf '%5d|%-5d|%05d|%x|%X|%o|%e|%.2f|%g\n' 42 42 42 255 255 8 12345.678 3.14159 0.0001; printf '%s-%s\n' a b c; printf '%q %q\n' 'a b' $'n\nl'; printf '%b' 'a\tb\n'; printf -v var '%03d' 7; echo $var; printf '%(%Y)T\n' 0; printf '%c%c\n' xy z; printf '%d\n' "'A" 0x10 010; printf '%*d|%-*s|\n' 6 42 6 ab; printf '%d\n' nonsense 2>&1 | nopid
read -n 3 three <<< abcdef; echo $three; read -d : colon <<< 'up to:here'; echo "$colon"; read -N 4 four < <(printf 'a\nbcdef'); echo "${four//$'\n'/N}"; read -r raw <<< 'a\tb'; echo "$raw"; read cooked <<< 'a\tb'; echo "$cooked"
read -t 0.1 nothing < <(sleep 1000); s=$?; kill $!; echo "timed out $((s > 128))"; read -t 0 < /dev/null; echo "ready $?"; read eof < /dev/null; echo "eof $?"; read -t 1000 quick < <(echo quick); echo "$quick $?"; exec 5<> <(:); exec 5>&-; { read -u 3 line; echo "$line"; } 3<<< 'from three'
while IFS= read -r line || [ -n "$line" ]; do echo "[$line]"; done < <(printf ' lead\ttrail \nno newline'); echo 'a b' | { read p q; echo "$q $p"; }; echo lost | read gone; echo "gone=$gone"
select s in apple banana quit; do echo "chose $REPLY $s"; [ "$s" = quit ] && break; done 2> menu <<< $'2\n9\n3'; cat menu; PS3='pick> '; select s in x; do break; done <<< 1 2>&1

part here-documents
cat << E
expands $((1 + 1)) $(echo cmd) \$not ${x:0:5}
E
cat << 'E'
verbatim $((1 + 1)) $(echo cmd) \$not
E
cat <<- E
	tabs gone
	  but not spaces
	E
cat << A; cat << B
first
A
second
B
cat <<< "string $x"; cat <<< 'a'$'\n''b' | wc -l; f() { cat; } << E
to a function $1
E
f; wc -c <<< "$(printf '%70000s' x)"; wc -c << E
$(printf '%100000s' y)
E
{ read l; cat; } << E | tr a-z A-Z
skipped
the rest
E
cat 3<< E3 4<< E4 <&4 - <&3
three
E3
four
E4
(cat <&3; cat <&4) 3<< E3 4<<< four
three
E3
x=$(cat << E
in a substitution
E
); echo "$x"; bash -s arg << 'E'
echo "script on stdin $1"; cat
data that cat eats
E

part redirections
echo out > f1; echo more >> f1; cat f1; { echo o; echo e >&2; } > both 2>&1; cat both; { echo o; echo e >&2; } &> both; sort both; echo x &>> both; wc -l < both; { echo o; echo e >&2; } 2>&1 > /dev/null
exec 3> f3; echo three >&3; exec 4>&3 3>&-; echo four >&4; exec 4>&-; cat f3; (echo closed >&3) 2>&1 | nopid; exec 6<> f3; read l <&6; echo "read $l"; echo overwritten >&6; exec 6>&-; cat f3
set -C; (echo no > f3) 2>&1 | nopid; echo yes >| f3; set +C; cat f3; echo fd > /dev/fd/1; cat /dev/fd/0 < f3; cat < /dev/stdin <<< in; echo err 2> /dev/null > /dev/stderr 2>&1; (exec 7< f3; cat /dev/fd/7; cat /proc/self/fd/7; ls -l /dev/fd/7 | grep -c f3)
exec {fd}> f4; echo auto >&$fd; [ $fd -ge 10 ] && echo high; exec {fd}>&-; cat f4; cat < f1 > f5 2> /dev/null; cmp f1 f5 && echo same; > empty; [ -s empty ] || echo empty; (exec > f6; echo inside; exec 2>&1; echo err >&2); cat f6; echo moved 8>&1 >&8 8>&-; cat 9< f1 0<&9-
(: < /dev/tcp/127.0.0.1/1) 2> /dev/null || echo refused; for t in /none/dir .; do (: > "$t") 2>&1 | nopid; done; (: < nonexistent) 2>&1 | nopid; (: >&77) 2>&1 | nopid; (ulimit -n 20; (exec 25> x) 2>&1 | nopid; ulimit -n)
while read a b <&3; do read c <&4; echo "$a $c"; done 3< <(seq 3) 4< <(seq 11 13); for i in 1 2; do echo $i; done > loop; cat loop; if true; then echo if; fi > f7; cat f7; case x in x) cat;; esac < f7; echo $(< f7) "$(< /dev/null)"

part pipelines
seq 1000 | tail -1; false | true | (exit 3) | true; echo "${PIPESTATUS[@]}"; set -o pipefail; (exit 4) | true; echo $?; true | false | true; echo $?; set +o pipefail; ! false | false; echo $?
shopt -s lastpipe; echo kept | read kept; echo "$kept"; seq 3 | while read n; do sum=$((sum + n)); done; echo $sum; shopt -u lastpipe; yes | head -2; echo ${PIPESTATUS[@]}; { echo o; echo e >&2; } |& sort; (trap - PIPE; yes 2> /dev/null; echo "yes $?") | head -1
echo abc | tee >(tr a-z A-Z > up) | cat; until_ok test -s up; cat up; seq 100000 | sort -rn | uniq | head -1; cat /dev/zero | head -c 1000000 | wc -c; echo $( (echo a; echo b) | (read x; cat) ); for i in 1 2 3; do echo $i; done | (while read i; do echo -n "<$i>"; done; echo); time_out=$( { time -p :; } 2>&1 | sed 's/[0-9.]*$//'); echo $time_out; ls /nonexistent 2>&1 | grep -c 'No such'; echo x | cat - <(echo y)

part process substitution
diff <(seq 3) <(seq 2 4); cat <(echo one) <(echo two); paste <(seq 2) <(seq 3 4) <(echo x; echo y); echo to > >(sed s/^/got:/ > ps.out); until_ok test -s ps.out; cat ps.out; wc -l < <(seq 77); exec 3< <(echo kept; echo open); read l <&3; read m <&3; echo "$l $m"; exec 3<&-
tee >(md5sum > md) >(wc -c > wc) > /dev/null < <(printf %5000s); until_ok test -s md -a -s wc; cut -c1-32 md; cat wc; f() { cat "$1" "$2"; }; f <(echo f1) <(echo f2); while read l; do echo "line $l"; done < <(echo a; echo b); wait $!; echo "sub $?"; : <(exit 7); wait $!; echo "status $?"; [[ <(:) == /dev/fd/* ]] && echo path; exec 4> >(cat > late); echo late >&4; p=$!; exec 4>&-; wait $p; cat late; sort -m <(seq 1 2 9) <(seq 2 2 8) | tr '\n' ' '; echo

part co-processes
coproc cat; echo "hello" >&"${COPROC[1]}"; read -r r <&"${COPROC[0]}"; echo "$r"; eval "exec ${COPROC[1]}>&-"; wait $COPROC_PID; echo $?
coproc UP { while read -r l; do echo "${l^^}"; done; echo done; exit 5; }; p=$UP_PID; for w in a b c; do echo $w >&${UP[1]}; read -r r <&${UP[0]}; echo -n "$r "; done; exec {out}<&${UP[0]}; eval "exec ${UP[1]}>&-"; read -r r <&$out; echo $r; wait $p; echo $?; exec {out}<&-
coproc bc -q 2> /dev/null; echo '2^100' >&${COPROC[1]}; read r <&${COPROC[0]}; echo $r; echo 'scale=5; 22/7' >&${COPROC[1]}; read r <&${COPROC[0]}; echo $r; p=$COPROC_PID; kill $p; wait $p 2> /dev/null; echo $?; [ -z "${COPROC[0]}" ] && echo unset
mkfifo ff; (while read l; do echo "fifo $l"; done < ff) & echo through > ff; wait $!; exec 3<> ff; echo self >&3; read -u 3 l; echo $l; exec 3>&-; rm ff

part traps
(trap 'echo exit $?' EXIT; exit 3); echo $?; (trap 'echo err $? $LINENO' ERR; false; (exit 4); if false; then :; fi; false || true; ! true) | sed 's/ [0-9]*$/ L/'; (set -e; trap 'echo bye' EXIT; false; echo not); echo $?
(trap 'echo debug: $BASH_COMMAND' DEBUG; x=1; [ $x = 1 ]; for i in 1 2; do :; done; trap - DEBUG; :); g() { trap 'echo return $FUNCNAME' RETURN; echo in g; }; g; trap - RETURN; (set -T; trap 'echo r:$?' RETURN; h() { return 3; }; h; echo "$?"); (set -E; trap 'echo E' ERR; k() { false; }; k; true)
(trap 'echo usr1' USR1; trap 'echo usr2; exit 9' USR2; kill -USR1 $BASHPID; kill -USR2 $BASHPID; echo not); echo $?; trap '' TERM; (kill -TERM $BASHPID; echo ignored; trap - TERM; kill -TERM $BASHPID; echo still); trap - TERM; (trap 'echo int' INT; kill -INT $BASHPID; echo on); (trap 'echo hup' 1; trap -p HUP; trap - HUP; trap -p; kill -HUP $BASHPID) 2> /dev/null; echo $?
(trap 'n=$((n + 1))' CHLD; set -m; for i in 1 2 3; do (exit $i) & wait $!; done; echo "chld $n"); (trap 'echo got $!x' USR1; p=$BASHPID; (until_ok is $p S; kill -USR1 $p) & wait; echo "wait $(($? > 128))"; wait; echo $?) | sed 's/[0-9]*x$/x/'; (trap 'echo term; exit 1' TERM; p=$BASHPID; (sleep 0.1; kill $p) & while :; do sleep 0.05; done); echo $?
for s in HUP INT QUIT ILL ABRT FPE KILL SEGV PIPE ALRM TERM USR1 USR2 BUS SYS XCPU VTALRM; do (ulimit -c 0; kill -$s $BASHPID) 2> /dev/null; echo -n "$s $? "; done; echo; kill -l 9 15 130 141 | tr '\n' ' '; kill -l USR1; kill -0 $$ && echo alive; (trap 'echo outer' EXIT; (trap 'echo inner' EXIT); :); (trap 'kill -KILL $BASHPID' EXIT; :) ; echo $?; bash -c 'trap "echo c" EXIT; kill $$' 2> /dev/null; echo $?
(exec 2> /dev/null; trap 'echo in trap; kill -USR2 $BASHPID; echo same' USR1; trap 'echo nested' USR2; kill -USR1 $BASHPID; echo after); bash -c 'trap "" USR1; exec bash -c "trap; kill -USR1 \$\$; echo inherited"'; (trap 'echo e1' EXIT; trap 'exit 6' INT; kill -INT $BASHPID); echo $?

part children
sleep 0 & wait $!; echo $?; (exit 12) & wait $!; echo $?; sleep 100 & up; p=$!; kill $p; wait $p 2> /dev/null; echo $?; sleep 100 & up; p=$!; kill -9 $p; wait $p 2> /dev/null; echo $?; wait 999999 2>&1 | nopid; echo "${PIPESTATUS[0]}"
for i in 3 1 2; do (until_ok test -e go$i; exit $i) & done; for i in 1 2 3; do touch go$i; wait -n; echo -n "$? "; done; wait -n 2> /dev/null; echo $?; (exit 1) & a=$!; (until_ok test -e go4; exit 2) & b=$!; touch go4; wait -n -p which $b; echo "$? $((which == b))"; wait $a $b; echo $?; (exit 5) & (exit 6) & wait; echo $?
f() { (exit 8) & return_pid=$!; }; f; wait $return_pid; echo $?; echo $$ $BASHPID | { read a b; [ $a = $b ] && echo same; }; (: & [ $$ != $BASHPID ] && echo differ); echo "$BASH_SUBSHELL $(echo $BASH_SUBSHELL) $( (echo $BASH_SUBSHELL) )"; bash -c 'exit 300'; echo $?; nonexistent-command 2>&1 | nopid; touch noexec; ./noexec 2>&1 | nopid; echo "${PIPESTATUS[0]}"; ./ 2> /dev/null; echo $?; command -v cd; type -t cat if cd f; printf '#!/nonexistent\n' > bad; chmod +x bad; ./bad 2> /dev/null; echo $?; printf 'echo plain $0' > plain; chmod +x plain; ./plain; echo
(exec -a name bash -c 'echo $0'); (exec -c env | grep -vc '^_='); (exec nonexistent) 2> /dev/null; echo $?; (cd /; pwd; cd - > /dev/null; [ $PWD != / ] && echo back; pushd / > /dev/null; dirs | cut -c1-3; popd > /dev/null; [ $PWD != / ] && echo popped); env -i A=1 bash -c 'echo $A $HOME; export B=2; sh -c "echo \$B"'; A=temp bash -c 'echo $A'; echo "A=$A"; export -n x; readonly | grep -c ro=

part limits and times
(umask; umask 077; touch u; stat -c %a u; umask -S; umask u=rwx,g=rx,o=; umask; mkdir ud; stat -c %a ud; umask 0; touch u0; stat -c %a u0); (ulimit -f 1; (head -c 4096 /dev/zero > big) 2> /dev/null; echo $?; stat -c %s big); (ulimit -t 1; (while :; do :; done) 2> /dev/null; echo $?); (ulimit -Sn 10; ulimit -Hn 15; ulimit -Sn; ulimit -Hn; ulimit -Sn 16 2>&1 | nopid); (ulimit -v 200000; python3 -c 'bytearray(1 << 30)' 2>&1 | tail -1); ulimit -c 0; ulimit -c; (ulimit -u 5; ulimit -u); (ulimit -s 4096; bash -c 'ulimit -s')
times | wc -l; times | tr -d '0-9' | sort -u; TIMEFORMAT='%0lR'; SECONDS=0; [ $SECONDS -lt 1000 ] && echo seconds; [ $RANDOM != $RANDOM -o $RANDOM != $RANDOM ] && echo random; [ ${#EPOCHREALTIME} -ge 16 ] && echo epoch; [ $UID = $(id -u) ] && echo uid; [[ $PPID -gt 0 && $HOSTNAME ]] && echo host; suspend 2>&1 | nopid | sed 's/.*suspend/suspend/'; getopts_test() { local o OPTIND=1; while getopts ':ab:c' o "$@"; do case $o in a|c) echo -n "$o ";; b) echo -n "b=$OPTARG ";; :) echo -n "missing $OPTARG ";; \?) echo -n "bad $OPTARG ";; esac; done; shift $((OPTIND - 1)); echo "rest: $*"; }; getopts_test -a -b val -c x y; getopts_test -ab; getopts_test -z -cbjoined -- -a; getopts_test

part functions and more
fact() { (($1 <= 1)) && echo 1 || echo $(($1 * $(fact $(($1 - 1))))); }; fact 15; fib() { local n=$1; if ((n < 2)); then r=$n; else fib $((n - 1)); local a=$r; fib $((n - 2)); r=$((a + r)); fi; }; fib 15; echo $r; deep() { (($1)) && deep $(($1 - 1)) || echo bottom ${#FUNCNAME[@]}; }; deep 200; out() { echo "$(echo "$(echo "$(echo nested)")")"; }; out; eval 'echo eval $((1+1))'; source <(echo 'echo sourced "$1"; return 4') arg; echo $?; . /dev/stdin <<< 'echo dot'
set -- a b c; echo "$# $1 ${@: -1}"; shift; echo "$@"; set -u; (echo $undefined) 2>&1 | nopid; set +u; set -x; : traced 2> /dev/null; { set +x; } 2> /dev/null; (PS4='+ '; set -x; : "a b") 2>&1; echo $-; set -o | grep -c on; shopt -s expand_aliases; alias ll='echo aliased'; eval ll; unalias ll; hash -r; test -e /proc/self -a -d / -a ! -f / && echo test; [[ a < b && ! -e /x || 1 -eq 2 ]]; echo $?; [ 1 -eq x ] 2>&1 | nopid; true && false || echo or; { echo group; } ; (echo sub); while :; do while :; do break 2; done; done; for i in 1 2 3; do ((i == 2)) && continue; echo $i; done; until ((i++ > 5)); do :; done; echo $i
seq 300 | xargs -n 50 -P 4 echo | wc -l; printf '%s\0' a 'b c' | xargs -0 -n1 echo; find . -maxdepth 1 -name 'f[0-9]' -exec sh -c 'echo $# files' _ {} +; bash --norc --noprofile -c 'echo $BASH_EXECUTION_STRING; echo ${BASH_VERSINFO[0]}'; complete -W 'alpha beta' cmd; compgen -W 'alpha beta' a; history -c; enable -n echo; echo external; enable echo; help : | head -1; dd if=/dev/zero bs=1k count=3 2> /dev/null | wc -c; timeout 0.2 sleep 1000; echo $?; timeout -s KILL 0.2 sleep 1000; echo $?; nice -n 5 bash -c nice; nohup true 2> /dev/null; setsid -w bash -c 'exit 3'; echo $?; flock lock echo locked; trap 'rm -f lock; echo "the end of the first half $?"' EXIT; (exit 3); exit
}

second_half()
{
exec 2>&1
part terminal
tty | sed 's/[0-9]*$/N/'; [ -t 0 ] && [ -t 1 ] && echo terminal; stty size < /dev/tty; stty rows 40 cols 99; stty size; bash -c 'shopt -s checkwinsize; (:); echo $LINES $COLUMNS'; stty -a | grep -o 'isig icanon'; ps -o tpgid=,pgid= -p $$ | { read t p; [ $t = $p ] && echo foreground; }
set -m
part jobs
sleep 1000 & up; p=$!; jobs; jobs -l | nopid; [ "$(jobs -p)" = $p ] && echo -p; sleep 2000 & up; q=$!; jobs; echo %1: $(jobs %1); kill -STOP %1; until_ok stopped $p; jobs; jobs -s; jobs -r; bg %1; until_ok is $p S; jobs; kill %1; wait %1; echo $?; jobs; kill -KILL %%; wait $q; echo $?; jobs
part groups
sleep 1000 | sleep 1000 & up; p=$!; ps -o pgid= -p $p | { read g; ps -o pid= --pgroup 0$g 2> /dev/null | wc -l > /dev/null; [ $g != $$ ] && echo own group; }; jobs -p | wc -l; kill %1; wait; jobs; (ps -o pgid= -p $BASHPID | { read g; [ $g != $$ ] && echo subshell group; }); set +m; (ps -o pgid= -p $BASHPID | { read g; [ $g = $$ ] && echo shell group; }); set -m; disown -a; sleep 1000 & up; disown; jobs; kill $!; sleep 1000 & up; disown -h %1; jobs; kill %%; wait $! ; echo $?
part stop and go
bash -c 'kill -STOP $$; echo continued; exit 5'; echo $?; jobs; fg; echo $?; jobs; bash -c 'kill -TSTP $$; echo again'; echo $?; fg %bash > /dev/null; echo $?; sleep 1000 & up; sleep 1001 & up; sleep 1002 & up; fg %nonexistent; fg %5; jobs %2; jobs %?1001; kill %3; wait %3; kill %2; wait %2; kill %1; wait %1; echo $?; jobs; bash -c 'suspend -f; echo back from suspend'; echo $?; bg; wait; echo $?; f() { bash -c 'kill -STOP $$; echo function'; echo after; }; f; fg
part background and the terminal
cat & p=$!; until_ok stopped $p; jobs; kill -KILL %cat; until_ok ended $p; wait $p; echo $?; jobs; stty tostop; echo wants to write & p=$!; until_ok stopped $p; jobs; stty -tostop; fg; bash -c 'trap "" TTIN; read x || echo EIO $?' & wait $!; bash -c 'trap "echo ttin; exit 4" TTIN; read x; echo no' & wait $!; echo $?; bash -c 'stty -tostop; echo stty' & p=$!; until_ok stopped $p; jobs | sed 's/bash.*//'; fg > /dev/null; setsid -w bash -c 'read x < /dev/tty || echo no tty' 2> /dev/null & wait $!
part waiting
trap 'echo chld ${n:=0}; n=$((n + 1))' CHLD; (exit 3) & wait $!; echo $?; trap - CHLD; (until_ok test -e go7; exit 7) & (until_ok test -e go8; exit 8) & touch go7; wait -n; echo $?; touch go8; wait -n; echo $?; sleep 1000 & up; kill -STOP $!; until_ok stopped $!; wait $!; echo $?; kill -CONT %1; kill %1; wait %1; echo $?; jobs
part interactive
cat > front << 'E'
#!/bin/bash
# ends when its job has come to the foreground
until read -r _ _ _ _ group _ _ terminal _ < /proc/$$/stat && [ $group = $terminal ]; do sleep 0.02; done
E
chmod +x front; cat > commands << 'E'
echo $- | grep -o m; set -o | grep -E '^(monitor|emacs|vi) '
./front &
jobs
fg
echo $?
sleep 1000 & disown
until grep -qa ^sleep /proc/$!/cmdline; do sleep 0.02; done
kill $!
echo 'history:'; history | wc -l
bash -c 'kill -STOP $$; exit 3'
fg; echo $?
exec 3< <(echo interactive); read -u 3 l; echo $l
exit 4
E
PS1= bash --norc --noprofile -i < commands 2>&1 | grep -v '^exit' > out; grep -v '^\[[0-9]*\] [0-9]' out | nopid | grep -v 'cannot set terminal\|no job control\|^bash-'
part end
sleep 1000 & up; p=$!; bash -c 'sleep 1 & kill -HUP $$' ; echo $?; kill %1; wait; trap 'echo the end of the second half' EXIT; exit 0
}

case ${1:-} in
second) second_half ;;
first) first_half ;;
*)
    # A process of its own: it ends with the first half's exit status.
    bash "$0" first 2>&1 | steady
    python3 -u - "$0" << 'E' 2>&1 | steady
import os, pty, sys
pid, master = pty.fork()
if pid == 0:
    os.execvp("bash", ["bash", sys.argv[1], "second"])
while True:
    try:
        data = os.read(master, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data.replace(b"\r", b""))
print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
E
    ;;
esac
