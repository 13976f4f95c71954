// about: Sessions and groups made by setsid and setpgid, as a shell makes
// about: pipelines
// calls: setsid setpgid getpgid getsid kill wait4
#include "abi.h"

int main(void)
{
    int st, p[2];
    char c;
    pipe(p);
    RUN("shell", {
        OK(setsid());
        pid_t first = CHILD({
            setpgid(0, 0);
            write(p[1], "x", 1);
            pause();
        });
        setpgid(first, first);
        pid_t second = CHILD({
            setpgid(0, first);
            write(p[1], "x", 1);
            pause();
        });
        setpgid(second, first);
        read(p[0], &c, 1);
        read(p[0], &c, 1);
        Y(getpgid(first) == first && getpgid(second) == first);
        Y(getsid(first) == getpid() && getsid(second) == getpid());
        T(kill(-first, SIGSTOP));
        Y(waitpid(-first, &st, WUNTRACED) > 0);
        Y(waitpid(-first, &st, WUNTRACED) > 0);
        T(waitpid(-first, &st, WUNTRACED | WNOHANG));
        T(kill(-first, SIGCONT));
        Y(waitpid(-first, &st, WCONTINUED) > 0);
        T(kill(first, SIGTERM));
        Y(waitpid(-first, &st, 0) == first);
        show_status("first", st);
        T(kill(-first, 0));
        Y(getpgid(second) == first);
        T(kill(-first, SIGINT));
        Y(waitpid(-first, &st, 0) == second);
        show_status("second", st);
        T(waitpid(-first, &st, 0));
        T(kill(-first, 0));
    });
}
