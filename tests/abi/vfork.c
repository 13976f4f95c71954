// about: vfork: the parent waits for exec or exit, memory is shared
// calls: clone vfork execve wait4
#include "abi.h"

int main(void)
{
    volatile int x = 1;
    int p[2];
    pipe2(p, O_CLOEXEC);
    put("f", "");
    pid_t k = vfork();
    if (!k) {
        struct timespec ts = {0, 50000000};
        sys(nanosleep, &ts, NULL);
        x = 2;
        _exit(7);
    }
    N(x);
    wait_show("exited", k);
    k = vfork();
    if (!k) {
        x = 3;
        execl("/bin/busybox", "sh", "-c", "exit 9", NULL);
        _exit(1);
    }
    N(x);
    wait_show("exec", k);
    k = vfork();
    if (!k) {
        execl("./none", "none", NULL);
        x = errno;
        _exit(1);
    }
    Y(x == ENOENT);
    wait_show("failed exec", k);
    k = vfork();
    if (!k) {
        close(0);
        chdir("/");
        kill(getpid(), SIGKILL);
    }
    T(fcntl(0, F_GETFD));
    T(access("f", F_OK));
    wait_show("killed", k);
    say("-- a vforked child that forks");
    k = vfork();
    if (!k) {
        int st = 0;
        pid_t g = sys(clone, SIGCHLD, 0);
        if (!g) {
            x = 100;
            _exit(4);
        }
        sys(wait4, g, &st, 0, 0);
        x = WEXITSTATUS(st);
        _exit(0);
    }
    N(x);
    wait_show("forker", k);
}
