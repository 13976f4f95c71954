#!/bin/bash
# about: strace: calls, children, signals, attaching, counting, changing calls
# root: tools
# timeout: 300

strace -o t1 -e trace=openat,write cat /etc/hostname > out 2> err; echo $?
grep -c 'openat(AT_FDCWD, "/etc/hostname", O_RDONLY) = 3' t1; tail -1 t1
strace -f -o t2 -e trace=execve,exit_group sh -c '(exit 3); /bin/true; exit 4'; echo $?
grep -c execve t2; grep -o 'exited with [0-9]*' t2 | sort
{ strace -o t3 -e trace=none sh -c 'kill -USR1 $$'; } 2> err; echo $?
grep -o -- '--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER' t3; grep -o 'killed by SIGUSR1' t3
sleep 1000 & p=$!; until [ "$(cat /proc/$p/comm)" = sleep ]; do sleep 0.1; done
strace -p $p -o t4 2> err & s=$!; until grep -q attached err; do sleep 0.1; done; kill $p; wait $p; echo $?; wait $s; echo $?
grep -o 'SIGTERM {si_signo=SIGTERM, si_code=SI_USER' t4; tail -1 t4
strace -c -o t5 true; grep -c execve t5; grep -c total t5
strace -f -o t6 python3 -c 'import threading
t = [threading.Thread(target=print, args=(i,)) for i in range(3)]
[x.start() for x in t]; [x.join() for x in t]' | sort; grep -cE 'clone3?\(.*CLONE_THREAD' t6
strace -e inject=getcwd:error=ENOENT -o t7 /bin/pwd; echo $?; grep -c INJECTED t7
strace --seccomp-bpf -f -o t8 -e trace=getppid sh -c ':' && echo filtered
