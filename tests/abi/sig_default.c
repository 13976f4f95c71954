// about: The default action of every signal
// calls: kill wait4
#include "abi.h"

int main(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    for (int s = 1; s <= 64; s++) {
        if (s == 32 || s == 33 || s == 34)
            continue;
        int st;
        pid_t k = CHILD({
            setsid();
            ms(1);
            kill(getpid(), s);
            sys(sched_yield);
            _exit(0);
        });
        waitpid(k, &st, WUNTRACED);
        if (WIFSTOPPED(st)) {
            printf("%s stops, ", signame(s));
            kill(k, SIGCONT);
            waitpid(k, &st, 0);
        }
        show_status(signame(s), st);
        if (WIFSIGNALED(st))
            printf("%s", WCOREDUMP(st) ? "  with core\n" : "");
    }
    say("-- the same with signals raised in an orphaned group by a parent in "
        "the session");
    static const int stops[] = {SIGTSTP, SIGTTIN, SIGTTOU, SIGSTOP};
    for (int i = 0; i < 4; i++) {
        int st;
        pid_t k = CHILD({
            setpgid(0, 0);
            kill(getpid(), stops[i]);
            _exit(1);
        });
        waitpid(k, &st, WUNTRACED);
        show_status(signame(stops[i]), st);
        if (WIFSTOPPED(st)) {
            kill(k, SIGKILL);
            waitpid(k, &st, 0);
        }
    }
}
