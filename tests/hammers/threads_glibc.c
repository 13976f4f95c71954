// about: what threads.c does, with glibc
// timeout: 60
// arguments: 3
// long: 60
// libc: glibc
#include "threads.c"
