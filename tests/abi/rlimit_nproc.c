// about: RLIMIT_NPROC stops a user's forks but not root's; RLIMIT_CPU kills
// calls: prlimit64 clone
#include "abi.h"

int main(void)
{
    RUN("user", {
        sys(setresgid, 4321, 4321, 4321);
        sys(setresuid, 4321, 4321, 4321);
        setrlimit(RLIMIT_NPROC, &(struct rlimit){5, 5});
        int n = 0;
        pid_t k[10];
        for (; n < 10; n++) {
            k[n] = fork();
            if (k[n] == 0) {
                pause();
                _exit(0);
            }
            if (k[n] < 0)
                break;
        }
        say("%d children, then %s", n, errname(errno));
        T(raw_clone(SIGCHLD, 0, 0, 0, 0));
        kill(k[0], SIGKILL);
        waitpid(k[0], NULL, 0);
        pid_t again = fork();
        if (!again)
            _exit(0);
        Y(again > 0);
        waitpid(again, NULL, 0);
        for (int i = 1; i < n; i++) {
            kill(k[i], SIGKILL);
            waitpid(k[i], NULL, 0);
        }
    });
    RUN("root", {
        setrlimit(RLIMIT_NPROC, &(struct rlimit){0, 0});
        RUN("child", );
    });
    pid_t hold[2];
    for (int i = 0; i < 2; i++) {
        hold[i] = CHILD({
            sys(setresuid, 4322, 4322, 4322);
            pause();
        });
        wait_asleep(hold[i], hold[i]);
    }
    RUN("setuid over the limit: exec fails", {
        setrlimit(RLIMIT_NPROC, &(struct rlimit){1, 1});
        T(sys(setresuid, 4322, 4322, 4322));
        execl("/bin/busybox", "true", NULL);
        say("exec: %s", errname(errno));
        T(raw_clone(SIGCHLD, 0, 0, 0, 0));
        execl("/bin/busybox", "true", NULL);
        say("exec: %s", errname(errno));
    });
    for (int i = 0; i < 2; i++) {
        kill(hold[i], SIGKILL);
        wait_show("holder", hold[i]);
    }
    RUN("at the limit", {
        setrlimit(RLIMIT_NPROC, &(struct rlimit){1, 1});
        T(sys(setresuid, 4322, 4322, 4322));
        execl("/bin/busybox", "true", NULL);
        say("exec: %s", errname(errno));
    });
    RUN("CPU, soft limit", {
        setrlimit(RLIMIT_CPU, &(struct rlimit){1, 60});
        for (;;)
            ;
    });
    RUN("CPU, hard limit", {
        signal(SIGXCPU, SIG_IGN);
        setrlimit(RLIMIT_CPU, &(struct rlimit){1, 2});
        for (;;)
            ;
    });
}
