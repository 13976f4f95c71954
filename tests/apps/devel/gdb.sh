#!/bin/bash
# about: gdb: breakpoints, steps, watchpoints, calls, threads, attaching, cores
# root: devel
# when: all
# timeout: 600

export HOME=$PWD DEBUGINFOD_URLS=
cat > p.c << 'E2'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int total, ready; volatile int leave;
int add(int n) { total += n; return total; }
static void *worker(void *p) { __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST); while (!leave) usleep(1000); return p; }
int main(int c, char **v)
{
    for (int i = 1; i <= 4; i++) add(i);
    if (c > 1 && v[1][0] == 't') {
        pthread_t t[3];
        for (int i = 0; i < 3; i++) pthread_create(&t[i], 0, worker, 0);
        while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < 3) usleep(1000);
        add(100);
        for (int i = 0; i < 3; i++) pthread_join(t[i], 0);
    }
    if (c > 1 && v[1][0] == 'c') abort();
    if (c > 1 && v[1][0] == 'w') { puts("waiting"); fflush(stdout); }
    while (c > 1 && v[1][0] == 'w' && !leave) usleep(1000);
    printf("total %d\n", total);
    return 3;
}
E2
gcc -g -O0 -pthread -o p p.c
g() { gdb -q -nx -batch -ex 'set confirm off' -ex 'set width 0' -ex 'set startup-with-shell off' "$@" 2> gdb.err | tr -d '\r'; }
echo '-- breakpoints, steps'
g -ex 'break add' -ex run -ex bt -ex 'print n' -ex finish -ex next -ex 'continue 2' -ex 'print total' -ex 'delete' -ex continue ./p | grep -E '^(#|\$|Value|\[Infer|total)' | sed -E 's/0x[0-9a-f]+/ADDR/g;s/process [0-9]+/process/'
echo '-- a watchpoint, a call, a change'
g -ex 'break main' -ex run -ex 'watch total' -ex continue -ex 'print add(10)' -ex 'set var total = 50' -ex 'delete' -ex continue ./p | grep -E '^(Old|New|\$|total|\[Infer|Hardware)' | sed -E 's/process [0-9]+/process/'
echo '-- threads'
g -ex 'break add if n == 100' -ex run -ex 'info threads' -ex 'set var leave = 1' -ex continue --args ./p t | grep -E '^(\*| +[0-9]+ +Thread|total|\[Infer)' | sed -E 's/Thread 0x[0-9a-f]+ \(LWP [0-9]+\)/THREAD/;s/process [0-9]+/process/' | sed -E 's/THREAD "p".*/THREAD/' 
echo '-- attach'
./p w > out & p=$!; until [ -s out ]; do sleep 0.1; done
g -ex 'print total' -ex 'set var leave = 1' -ex detach -p $p ./p | grep -E '^(\$|\[Infer)' | sed -E 's/process [0-9]+/process/'
wait $p; echo $?; cat out
echo '-- a core'
ulimit -c unlimited; { ./p c; echo $?; } 2> /dev/null
g -ex bt -ex 'print total' -ex 'info auxv' ./p core | grep -E '(in main|^\$|AT_PAGESZ|terminated)' | sed -E 's/0x[0-9a-f]+/ADDR/g;s/#[0-9]+/#/' | tr -s ' '
echo '-- steps by instruction'
g -ex 'break main' -ex run -ex 'stepi 20' -ex 'print $pc != 0' -ex kill ./p | grep '^\$'
