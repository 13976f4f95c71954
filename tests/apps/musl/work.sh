#!/static/bin/mksh
# about: shell work with static and with dynamic musl programs
# root: musl
# timeout: 300

run()
{
    cat > here << 'END'
from $HOME, not expanded
END
    cat here
    cat << END
expanded: $((6 * 7)) ${HOME%/*}root
END
    echo '-- pipelines'
    seq 1 1000 | grep 7 | sort -rn | head -3 | tr '\n' ' '; echo
    seq 1 50000 | rev | sort | rev | sort -n | md5sum
    (exit 3) | true; echo "${PIPESTATUS[0]} $?"
    yes | head -2000 | uniq -c
    echo one two three | { read -r a b; echo "$b"; }
    echo '-- functions, arrays, expansions'
    set -A list -- a 'b c' d
    echo "${#list[@]} ${list[1]}"
    f() { local x=$1; [[ $x -le 1 ]] && { echo 1; return; }; echo $((x * $(f $((x - 1))))); }
    f 6
    name=path/to/file.tar.gz
    echo "${name##*/} ${name%%.*} ${name/to/from} ${#name}"
    case $name in *.tar.*) echo tar ;; *) echo other ;; esac
    for i in 1 2 3; do print -n "$i "; done; print
    echo '-- redirections'
    { echo out; echo err >&2; } > both 2>&1; sort both
    exec 5> five; echo five >&5; exec 5>&-; cat five
    echo more >> five; wc -l < five
    set -C; (echo x > five) 2> /dev/null || echo kept; set +C
    cat < none 2> /dev/null || echo "no file"
    echo '-- jobs and traps'
    # It says when it has the signals of a child. (The status of what ended before mksh waits for it is lost.)
    mkfifo ready; (echo > ready; exec sleep 100) & read -r _ < ready; kill -TERM $!; wait; kill -0 $! 2> /dev/null || echo killed; rm ready
    trap 'echo usr1' USR1; kill -USR1 $$; trap - USR1
    sh -c 'trap "echo leaving" EXIT; exit 4'; echo $?
    sh -c 'kill -KILL $$' 2> /dev/null; echo $?
    (for i in 1 2 3 4; do (echo "$i") & done; wait) | sort | tr '\n' ' '; echo
    cat |& print -p hello; read -p answer; echo "$answer"; exec 3>&p; exec 3>&-
    timeout 0.2 sleep 1000; echo $?
    nosuchcommand 2> /dev/null; echo $?
    ./five 2> /dev/null; echo $?
    set -m; sleep 100 & kill -STOP %1; until [[ $(jobs) = *Stopped* ]]; do sleep 0.1; done; jobs | sed 's/ *$//'; kill -KILL %1; wait; set +m
    echo '-- files'
    mkdir -p tree/a/b; echo text > tree/a/b/f; ln -s b/f tree/a/soft; ln tree/a/b/f tree/hard
    find tree | sort; stat -c '%h %F %s' tree/hard tree/a/soft
    find tree -type f -exec cat {} + | sort | uniq -c
    cp -a tree copy; cat copy/a/soft; readlink copy/a/soft
    tar -c tree | tar -t | sort | wc -l
    tar -czf t.tgz tree; mkdir into; tar -xzf t.tgz -C into; cat into/tree/hard
    find tree | sort | cpio -o -H newc 2> /dev/null | cpio -t 2> /dev/null | wc -l
    chmod 640 tree/hard; ls -l tree/hard | cut -c1-10; touch -d 2001-02-03T04:05:06 five; stat -c %Y five
    mv five six; ls six; truncate -s 100k six; du -b six | cut -f1; split -b 40k six part; cat part* | cmp - six && echo joined
    mkfifo pipe; cat pipe & echo through > pipe; wait; test -p pipe && echo fifo
    dd if=/dev/zero bs=4096 count=16 2> /dev/null | sha1sum
    rm -r tree copy into; ls -d tree 2> /dev/null || echo gone
    echo '-- text'
    printf 'b 2\na 1\n' | sort -k2 | sed -E 's/([a-z]) ([0-9])/\2\1/' | paste -s -d,
    printf 'x:y:z\n' | cut -d: -f2-; echo abc | rev; echo abc | od -An -c; factor 360; seq 3 | tac
    echo hello | base64 | base64 -d | tr a-z A-Z | xxd | cut -c11-24; expr 3 + 4 2> /dev/null
    printf '%05d|%-5s|%x\n' 42 ab 255; date -u -d @1000000000 '+%Y-%m-%d %H:%M:%S'; cal 9 2001 | head -2
    find /etc -name 'pass*' | xargs -n1 basename; grep -c root /etc/passwd; diff -q here both > /dev/null 2>&1; cmp here here && echo equal
    echo '-- the machine'
    id; uname -s; tty; ps -o comm= -p $$; [ "$(nproc)" = "$(grep -c ^processor /proc/cpuinfo)" ] && echo processors; nice -n 3 ps -o ni= -p $$; env -i A=1 env; umask; ulimit -n > /dev/null && echo limits
    mount -t tmpfs none /tmp && touch /tmp/x && ls /tmp && umount /tmp; mountpoint /proc
    (cd / && pwd); setsid sh -c 'echo session'; unshare -m true; echo $?; chroot / /static/bin/sh -c 'echo in chroot'; (flock 9; echo locked) 9> lock
    echo '-- the libc'
    posix
}

export PATH=/static/bin
mkdir -p /proc && { mountpoint -q /proc || mount -t proc proc /proc; }
for kind in static dynamic; do
    echo "==== $kind"
    mkdir "$kind" && cd "$kind"
    typeset -f run > ../run.sh
    export PATH=/$kind/bin HOME=/root
    "/$kind/bin/mksh" -c '. ../run.sh; run' 2>&1
    echo "exit $?"
    cd ..
done
readlink -f /proc/self/exe
