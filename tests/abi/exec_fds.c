// about: Handles over exec: which stay, their positions and flags, standard
// about: ones closed
// calls: execve fcntl dup3
#include "abi.h"

static void show(const char *what)
{
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        execl("/bin/busybox", "sh", "-c",
              "for f in 0 1 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$f ] && "
              "printf '%s ' $f; done; echo; read x <&5 && echo $x",
              NULL);
        _exit(1);
    }
    wait_show(what, k);
}
int main(void)
{
    put("f", "first\nsecond\n");
    int f = open("f", O_RDONLY);
    dup2(f, 5);
    dup3(f, 6, O_CLOEXEC);
    dup2(f, 7);
    fcntl(7, F_SETFD, FD_CLOEXEC);
    close(f);
    lseek(5, 6, SEEK_SET);
    show("three handles");
    N(lseek(5, 0, SEEK_CUR));
    fcntl(7, F_SETFD, 0);
    lseek(5, 0, SEEK_SET);
    show("and one more");
    RUN("0 closed", {
        close(0);
        int p = open("f", O_RDONLY);
        N(p);
        execl("/bin/busybox", "cat", NULL);
    });
    RUN("1 closed", {
        close(1);
        execl("/bin/busybox", "echo", "lost", NULL);
    });
    RUN("all closed", {
        sys(close_range, 0, ~0U, 0);
        execl("/bin/busybox", "sh", "-c", "exit 5", NULL);
    });
    RUN("O_APPEND and O_NONBLOCK stay", {
        int a = open("log", O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, 0600);
        dup2(a, 1);
        lseek(1, 0, SEEK_SET);
        execl("/bin/busybox", "sh", "-c", "echo one; echo two >&1", NULL);
    });
    STR(get("log"));
}
