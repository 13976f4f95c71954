#!/bin/bash
# about: programs at once on the same files: sqlite3 with several writers, git
# about: with hooks and worktrees, tar, find, perl with processes and sockets,
# about: vim on a terminal
# root: tools
# when: all
# timeout: 300

export HOME=$PWD GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'

echo == sqlite3, a log shared by several processes
sqlite3 db 'pragma journal_mode=wal; create table t(who, n); create index i on t(n);'
for who in 1 2 3 4; do
    for n in $(seq 10); do
        echo "insert into t values($who, $n);"
    done | sqlite3 -cmd '.timeout 100000' db &
done
wait
sqlite3 db 'select who, count(*), sum(n) from t group by who; pragma integrity_check; pragma wal_checkpoint(truncate);'
for mode in delete persist memory; do
    sqlite3 db "pragma journal_mode=$mode; begin exclusive; update t set n = n + 1; commit; select sum(n) from t;"
done

echo == git, with hooks, worktrees and a rewritten history
git config --global init.defaultBranch main; git config --global advice.detachedHead false
git init -q repo; cd repo
for i in 1 2 3 4 5; do seq $((i * 10)) > f$i; git add .; git commit -qm "c$i"; done
printf '#!/bin/sh\necho hook "$(git diff --cached --name-only)"\n! grep -q bad f6\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit
echo bad > f6; git add f6; git commit -qm refused; echo $?; echo good > f6; git add f6; git commit -qm c6; echo $?
git worktree add -q ../tree HEAD~3; ls ../tree; git -C ../tree checkout -qb topic; echo topic > ../tree/topic; git -C ../tree add topic; git -C ../tree commit -qm topic --no-verify
git worktree list | awk '{print $NF}'; git -C ../tree rebase -q main; git log --format=%s topic; git worktree remove ../tree; git worktree list | wc -l
GIT_SEQUENCE_EDITOR="sed -i '2s/pick/squash/'" GIT_EDITOR=true git rebase -qi HEAD~3 2> /dev/null; git log --format=%s | head -3; git gc -q --aggressive; git count-objects -v | grep -E 'count|packs'
git cherry-pick -n topic > /dev/null; git status --short; git reset -q --hard; git repack -adq; git fsck --full 2>&1 | grep -cv dangling; git bundle create -q ../b main; cd ..
git clone -q b other; git -C other log --format=%h%s | wc -l; git clone -q --depth 1 "file://$PWD/repo" shallow; git -C shallow log --oneline | wc -l; git -C other submodule --quiet add "$PWD/repo" sub 2> /dev/null; git -C other -c protocol.file.allow=always submodule --quiet add "$PWD/repo" sub2; ls other/sub2; git -C repo format-patch -q -o ../patches HEAD~2; ls patches

echo == tar, find and links
mkdir -p d/sub; echo a > d/a; ln d/a d/hard; ln -s a d/soft; ln -s nowhere d/dangling; truncate -s 10M d/sparse; echo end >> d/sparse; mkfifo d/fifo; touch -d '2001-02-03 04:05:06.789' d/old; chmod 4751 d/a; seq 20000 > d/sub/big
tar -cSf s.tar d; [ $(stat -c %s s.tar) -lt 300000 ] && echo sparse; mkdir x; tar -C x -xpf s.tar; find x/d ! -type d -printf '%P %y %n %s %m\n' | sort; [ $(stat -c %b x/d/sparse) -lt 100 ] && echo holes; cmp d/sparse x/d/sparse; [ x/d/a -ef x/d/hard ] && echo linked; stat -c %.3Y x/d/old
for z in z j J; do tar -c${z}f c.tar d/sub && tar -t${z}f c.tar | wc -l; done; tar --zstd -cf c.tar d && tar --zstd -tvf c.tar | awk '{print $1, $6}' | sed 's/^h/-/' | sort; tar -C d -c . | (mkdir y; cd y; tar x); diff -r d/sub y/sub && echo same; tar --listed-incremental=snap -cf i0.tar d; sleep 1; echo new > d/new; tar --listed-incremental=snap -cf i1.tar d; tar tf i1.tar | sort
find d -newer d/old -type f | sort; find d -newermt 2002-01-01 -name 's*' | sort; find . -samefile d/a | sort; find d -type l -xtype l; find d -perm -4000; find d -size +1M; find d/sub -type f -exec sha256sum {} + | cut -c1-16; find d -name 'h*' -execdir echo {} \;; find d -links 2 -type f -printf '%P %n %m\n' | sort; find x -depth -delete; ls -d x 2>&1 | cut -c1-30; find d -type f -print0 | sort -z | xargs -0 -P3 -n1 basename | sort | tr '\n' ' '; echo; cp -a d e; cp --sparse=always d/sparse e/s2; cp --reflink=auto -l d/a e/l; stat -c '%h' e/l; du --apparent-size -b e/s2 | cut -f1; ls -lR --time-style=+%Y d | awk 'NF > 5 {print $1, $2, $NF}' | head -12; mv e/sub e/moved; rm -r e; install -D -m 750 d/a q/r/s; stat -c %a q/r/s

echo == perl, processes and sockets
cat > p.pl << 'E'
use strict; use IO::Socket::UNIX; use IO::Select; use POSIX qw(:sys_wait_h :signal_h dup2 mkfifo); use Socket; use Fcntl qw(:flock SEEK_SET); use Time::HiRes qw(sleep alarm); use IPC::Open3; use File::Temp; use IPC::SysV qw(IPC_PRIVATE IPC_CREAT); $| = 1;
my @kids; for my $i (1 .. 5) { my $p = fork // die; if (!$p) { exit $i } push @kids, $p } print join(" ", map { waitpid $_, 0; $? >> 8 } @kids), "\n";
my $s = IO::Socket::UNIX->new(Local => "ps", Listen => 5) or die; if (!fork) { for (1 .. 3) { my $c = $s->accept; while (<$c>) { print $c uc } } exit }
for (1 .. 3) { my $c = IO::Socket::UNIX->new(Peer => "ps") or die; print $c "line $_\n"; shutdown $c, 1; print <$c> } wait;
pipe my $r, my $w; my $pid = open my $kid, "-|"; if (!$pid) { print "from a child\n"; exit 3 } print <$kid>; close $kid; print $? >> 8, "\n";
my $got = 0; local $SIG{ALRM} = sub { $got++ }; alarm 0.1; select undef, undef, undef, 0.3 until $got; print "alarm $got\n"; local $SIG{CHLD} = sub { 1 while waitpid(-1, WNOHANG) > 0; $got++ }; if (!fork) { exit } sleep 0.01 until $got > 1; print "child gone\n"; $SIG{CHLD} = 'DEFAULT';
open my $l, ">", "lock"; flock $l, LOCK_EX; if (!fork) { open my $m, ">", "lock"; print flock($m, LOCK_EX | LOCK_NB) ? "no\n" : "locked: $!\n"; exit } wait; flock $l, LOCK_UN;
my $p = open3(my $in, my $out, undef, "sort", "-r"); print $in "b\na\nc\n"; close $in; print <$out>; waitpid $p, 0;
socketpair my $a, my $b, AF_UNIX, SOCK_DGRAM, 0; send $a, "dgram", 0; recv $b, my $buf, 100, 0; print "$buf\n"; my $q = shmget IPC_PRIVATE, 4096, IPC_CREAT | 0600; if (defined $q) { shmwrite $q, "shared", 0, 6; if (!fork) { shmread $q, my $x, 0, 6; print "$x\n"; exit } wait; shmctl $q, 0, 0 } else { print "shm $!\n" }
my $set = POSIX::SigSet->new(SIGUSR1); sigprocmask SIG_BLOCK, $set; kill USR1 => $$; my $pend = POSIX::SigSet->new; sigpending $pend; print "pending ", $pend->ismember(SIGUSR1), "\n"; $SIG{USR1} = sub { print "usr1\n" }; sigprocmask SIG_UNBLOCK, $set; eval { local $SIG{ALRM} = sub { die "timeout\n" }; alarm 0.1; sleep 0.3 while 1 }; print $@; print "ok\n" if -p STDIN or 1; system "sh", "-c", "exit 9"; print $? >> 8, " ", `echo back`; exec "echo", "exec'd";
E
perl p.pl
echo == vim and others on a terminal
cat > screen.py << 'E'
import os, pty, re, select, sys, struct, fcntl, termios
def run(argv, steps, rows=24, columns=80):
    """Types each text when the screen has shown what comes with it: a
    shell's prompt, where a shell is to read it."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(argv[0], argv)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    seen = b""
    steps = list(steps)
    while True:
        if steps and re.search(steps[0][0], seen, re.S):
            want, text = steps.pop(0)
            seen = b""
            os.write(fd, text)
        if not select.select([fd], [], [], 600)[0]:
            print("stuck", seen[-300:], steps); os.kill(pid, 9); break
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data
    print(argv[0], os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), len(steps))
run(["vim.tiny", "-u", "NONE", "-i", "NONE", "v"], [(rb'"v" \[New', b"ione two\rthree\x1b"), (b"three", b"ggdw:s/two/2/\r"), (b"2", b":wq\r")])
print(open("v").read(), end="")
run(["bash", "--norc", "--noprofile"], [(b"# ", b"stty size; echo $((1+1))x\r"), (rb"2x\r\n.*# ", b"echo c''at; cat\r"), (rb"\ncat\r\n", b"typed\r"), (b"typed\r\ntyped", b"\x03"), (b"# ", b"sh -c 'echo start''ed; exec cat'\r"), (b"started\r\n", b"\x1a"), (rb"Stopped.*# ", b"fg\r"), (b"exec cat", b"again\r"), (b"again\r\nagain", b"\x03"), (b"# ", b"exit 5\r")])
run(["python3", "-q"], [(b">>> ", b"6*7\r"), (rb"42\r\n.*>>> ", b"import os; os.getpid() > 0\r"), (rb"True.*>>> ", b"\x04")])
run(["sqlite3"], [(b"sqlite> ", b"select 6*7;\r"), (rb"42.*sqlite> ", b".quit\r")])
E
python3 -u screen.py
