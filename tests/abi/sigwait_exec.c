// about: Signals and exec: an ignored one stays ignored, a caught one becomes
// about: default, blocked ones stay blocked in the shell
// calls: execve rt_sigprocmask kill
#include "abi.h"

static void sh(const char *what, const char *cmd)
{
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        execl("/bin/busybox", "sh", "-c", cmd, NULL);
        _exit(127);
    }
    wait_show(what, k);
}
int main(void)
{
    signal(SIGTERM, SIG_IGN);
    sh("ignored", "kill -TERM $$; echo alive");
    sh("ignored, the shell cannot trap it",
       "trap 'echo caught' TERM; kill -TERM $$; echo alive");
    set_handler(SIGTERM, no_handler, 0);
    sh("caught", "kill -TERM $$; echo alive");
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_BLOCK, SIGS(SIGTERM), NULL);
    sh("blocked", "kill -TERM $$; echo alive");
    sigprocmask(SIG_UNBLOCK, SIGS(SIGTERM), NULL);
    sh("trap",
       "trap 'echo caught; exit 3' TERM; kill -TERM $$; sleep 1; echo alive");
    sh("wait is interrupted",
       "trap 'echo usr1' USR1; sleep 2 & (sleep 0.2 2>/dev/null; kill -USR1 "
       "$$) & wait $!; kill %1 2>/dev/null; echo done");
    signal(SIGPIPE, SIG_IGN);
    sh("SIGPIPE ignored", "seq 1 100000 2>/dev/null | head -n 1; echo end");
    signal(SIGPIPE, SIG_DFL);
    sh("SIGPIPE default", "seq 1 100000 | head -n 1; echo end");
}
