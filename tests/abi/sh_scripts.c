// about: The shell runs scripts: pipelines, substitutions, redirections, here-
// about: documents, traps
// calls: execve clone pipe2 dup3 wait4
#include "abi.h"

static void sh(const char *s)
{
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        dup2(1, 2);
        execl("/bin/busybox", "sh", "-c", s, "sh", "A", "B C", NULL);
        _exit(127);
    }
    int st;
    waitpid(k, &st, 0);
    show_status(s, st);
}
int main(void)
{
    setenv("PATH", "/bin:/usr/bin:/sbin", 1);
    sh("echo one | cat | tr a-z A-Z");
    sh("x=$(echo sub; exit 3); echo $x $?");
    sh("false | true; echo $?");
    sh("true | false; echo $?");
    sh("set -o pipefail; false | true; echo $?");
    sh("echo to file > f; cat < f; cat nofile 2>/dev/null || echo missing");
    sh("cat <<E\nhere $((6*7))\nE");
    sh("trap 'echo bye' EXIT; exit 4");
    sh("trap 'echo int' INT; kill -INT $$; echo after");
    sh("(exit 9); echo $?; sleep 0 & wait $!; echo $?");
    sh("kill -9 $$");
    sh("sh -c 'kill -TERM $$'; echo $?");
    sh("for i in 1 2 3; do echo $i; done | while read l; do echo got $l; done");
    sh("echo \"$1\" \"$2\" $#");
    sh("yes | head -n 3");
    sh("seq 1 1000 | sort -rn | head -n 2");
    sh("echo a b c | { read x y; echo $y; }");
    sh("exec 3>g; echo three >&3; exec 3>&-; cat g");
    sh("echo x >&9");
    sh("nosuchcommand");
    sh("./f");
    sh("cd /nosuchdir; pwd >/dev/null; echo $?");
    sh("set -e; false; echo not reached");
    sh("ulimit -n 20; ulimit -n");
    sh("umask 077; touch m; stat -c %a m");
    sh("test -t 0; echo $?");
    sh("find . -type f | sort");
    sh("printf '%s\\n' *");
}
