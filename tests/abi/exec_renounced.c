// about: capabilities given up before execve come back, unless no_new_privs
// calls: capset capget prctl execve
#define _GNU_SOURCE
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *when)
{
    struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct d[2];

    syscall(SYS_capget, &h, d);
    printf("%s: permitted %08x effective %08x inheritable %08x, ids %d %d\n",
           when, d[0].permitted, d[0].effective, d[0].inheritable, getuid(),
           geteuid());
}

static void keep(unsigned low)
{
    struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct d[2] = {{low, low, 0}};

    printf("capset %ld\n", syscall(SYS_capset, &h, d));
}

static void run(const char *name, unsigned low, int renounce, int real)
{
    int status;

    printf("-- %s\n", name);
    if (fork() == 0) {
        if (real)
            setresuid(real, 0, 0);
        keep(low);
        if (renounce)
            printf("prctl %d\n", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        execl("/proc/self/exe", "exec_renounced", "show", NULL);
        _exit(1);
    }
    wait(&status);
    printf("ended %d\n", status);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    if (argc > 1) {
        show("after");
        return 0;
    }
    run("all dropped", 0, 0, 0);
    run("all dropped, renounced", 0, 1, 0);
    run("some kept, renounced", 0xff, 1, 0);
    run("some kept with CAP_SETUID off, renounced", 0x7f, 1, 0);
    run("effective root only", 0xff, 0, 1000);
    run("effective root only, renounced", 0xff, 1, 1000);
    return 0;
}
