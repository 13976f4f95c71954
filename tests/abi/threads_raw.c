// about: A thread by raw clone: its stack, TLS, tid cleared and woken at exit
// calls: clone futex set_tid_address exit
#include "abi.h"

static volatile int tid, done, ptid;
static char stack[65536] __attribute__((aligned(16)));
static int fn(void *a)
{
    done = *(int *)a;
    return 0;
}
int main(void)
{
    int arg = 31;
    /* The new thread must not touch the C library: it has its maker's TLS. */
    int r =
        clone(fn, stack + sizeof stack,
              CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                  CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
              &arg, &ptid, NULL, &tid);
    Y(r > 0 && ptid == r);
    int v;
    tid = tid ? tid : 0;
    for (int i = 0; i < 60000 && (v = ptid) && !done; i++)
        ms(1);
    N(done);
    T(waitpid(r, NULL, __WALL));
    for (int i = 0; i < 60000 && task_state(getpid(), r); i++)
        ms(1);
    Y(task_state(getpid(), r) == 0);
    N(tid);
    tid = 99;
    r = clone(fn, stack + sizeof stack,
              CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                  CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID,
              &arg, NULL, NULL, &tid);
    while (tid)
        sys(futex, &tid, 0, tid, (&(struct timespec){1, 0}));
    say("cleared");
    T(clone(fn, stack + sizeof stack, CLONE_VM | CLONE_THREAD, &arg));
    T(clone(fn, stack + sizeof stack, CLONE_THREAD | CLONE_SIGHAND, &arg));
}
