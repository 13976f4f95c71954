// about: close_range: ranges, CLOEXEC, UNSHARE, refusals
// calls: close_range close fcntl
#include "abi.h"

static void show(void)
{
    printf("  open:");
    for (int i = 3; i < 20; i++)
        if (fcntl(i, F_GETFD) >= 0)
            printf(" %d%s", i, fcntl(i, F_GETFD) ? "c" : "");
    printf("\n");
}
static void fill(void)
{
    for (int i = 3; i < 15; i++)
        dup2(0, i);
}
int main(void)
{
    fill();
    T(sys(close_range, 5, 8, 0));
    show();
    T(sys(close_range, 5, 8, 0));
    T(sys(close_range, 8, 5, 0));
    T(sys(close_range, 10, 10, 0));
    show();
    T(sys(close_range, 3, ~0U, 4));
    show();
    T(sys(close_range, 100, ~0U, 0));
    T(sys(close_range, 3, ~0U, 8));
    T(sys(close_range, 3, ~0U, 1));
    T(sys(close_range, -1, -1, 0));
    T(sys(close_range, 12, 0x7fffffff, 0));
    show();
    fill();
    pid_t p = raw_clone(CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (!p) {
        T(sys(close_range, 4, ~0U, 2));
        show();
        _exit(0);
    }
    wait_show("shares the table, unshares", p);
    show();
    fflush(stdout);
    p = raw_clone(CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (!p) {
        T(sys(close_range, 4, 6, 0));
        _exit(0);
    }
    wait_show("shares the table", p);
    show();
    T(close(4));
    T(close(3));
    T(close(-1));
    T(close(3));
    T(sys(close, 0x7fffffff));
}
