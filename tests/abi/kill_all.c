// about: kill(-1) as a user reaches the user's processes, not the caller, not
// about: others
// calls: kill wait4 setresuid
#include "abi.h"

int main(void)
{
    int p[2], st;
    char c;
    pipe(p);
    pid_t other = CHILD({
        sys(setresuid, 4712, 4712, 4712);
        write(p[1], "x", 1);
        pause();
    });
    read(p[0], &c, 1);
    pid_t mine[3];
    for (int i = 0; i < 3; i++) {
        mine[i] = CHILD({
            if (i == 2)
                setsid();
            sys(setresuid, 4711, 4711, 4711);
            write(p[1], "x", 1);
            pause();
        });
        read(p[0], &c, 1);
    }
    RUN("killer", {
        sys(setresuid, 4711, 4711, 4711);
        signal(SIGTERM, SIG_DFL);
        T(kill(-1, SIGTERM));
        say("the caller lives");
        ms(20);
    });
    for (int i = 0; i < 3; i++)
        wait_show("mine", mine[i]);
    T(waitpid(other, &st, WNOHANG));
    RUN("nobody left", {
        sys(setresuid, 4713, 4713, 4713);
        T(kill(-1, 0));
    });
    kill(other, SIGKILL);
    wait_show("other", other);
}
