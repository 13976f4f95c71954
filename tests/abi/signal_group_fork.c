// about: a signal to a group or to all reaches whoever is forked meanwhile
// calls: kill fork setpgid
// timeout: 120
#include "abi.h"

/* Forks again and again; each child does the same. */
static void multiply(int depth)
{
    for (int i = 0; i < 100; i++) {
        pid_t child = fork();

        if (!child) {
            if (depth < 4)
                multiply(depth + 1);
            pause();
        }
        ms(1);
        if (depth)
            pause();
    }
    for (;;)
        pause();
}

int main(void)
{
    int clean = 0;
    enum {
        ROUNDS = 25
    };

    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    for (int round = 0; round < ROUNDS; round++) {
        pid_t leader = fork();
        int left = 0;

        if (!leader) {
            setpgid(0, 0);
            multiply(0);
        }
        setpgid(leader, leader);
        ms(5 + round % 7);
        MUST(kill(-leader, SIGKILL));
        while (waitpid(-1, NULL, 0) > 0)
            ;
        if (kill(-leader, 0) == -1 && errno == ESRCH)
            clean++;
    }
    say("%d of %d groups gone at once", clean, ROUNDS);
    return 0;
}
