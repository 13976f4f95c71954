#!/bin/bash
# about: tcc: compile, and run from memory
# root: devel
# timeout: 300

cat > h.c << 'E'
#include <stdio.h>
#include <stdlib.h>
int main(int c, char **v) { printf("hello %d %s\n", c, v[1]); return atoi(v[1]); }
E
tcc -o h h.c && ./h 5; echo $?
tcc -run h.c 6; echo $?
tcc -c h.c && tcc -o h2 h.o && ./h2 7; echo $?
echo 'int main( {' > bad.c; tcc bad.c > /dev/null 2>&1; echo $?
