// about: Three hundred children, a tree of processes, a hundred zombies: all
// about: counted
// calls: clone wait4 waitid exit_group
#include "abi.h"

static int tree(int depth)
{
    int sum = 1, st;
    if (depth == 0)
        return 1;
    pid_t k[2];
    for (int i = 0; i < 2; i++) {
        k[i] = fork();
        if (k[i] == 0)
            _exit(tree(depth - 1));
    }
    for (int i = 0; i < 2; i++) {
        waitpid(k[i], &st, 0);
        sum += WEXITSTATUS(st);
    }
    return sum;
}
int main(void)
{
    int st, sum = 0, n = 0;
    for (int i = 0; i < 300; i++) {
        pid_t k = fork();
        if (!k)
            _exit(i % 100);
        if (i % 3 == 0) {
            waitpid(k, &st, 0);
            sum += WEXITSTATUS(st);
            n++;
        }
    }
    while (wait(&st) > 0) {
        sum += WEXITSTATUS(st);
        n++;
    }
    say("%d children, sum %d", n, sum);
    say("tree of %d", tree(6));
    pid_t z[100];
    for (int i = 0; i < 100; i++)
        if (!(z[i] = fork()))
            _exit(i);
    for (int i = 0; i < 100; i++) {
        siginfo_t si;
        waitid(P_PID, z[i], &si, WEXITED | WNOWAIT);
    }
    n = 0;
    for (int i = 99; i >= 0; i--)
        n += waitpid(z[i], &st, 0) == z[i] && WEXITSTATUS(st) == i;
    N(n);
    T(waitpid(-1, &st, 0));
}
