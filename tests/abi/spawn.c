// about: posix_spawn, popen and system: file actions, attributes, failures
// calls: clone execve dup3 wait4 rt_sigprocmask
#include "abi.h"

#include <spawn.h>
extern char **environ;
static void go(const char *what, const char *path,
               posix_spawn_file_actions_t *fa, posix_spawnattr_t *at,
               char **argv)
{
    pid_t k;
    fflush(stdout);
    int r = posix_spawn(&k, path, fa, at, argv, environ);
    if (r)
        say("%s: %s", what, errname(r));
    else
        wait_show(what, k);
}
int main(void)
{
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t at;
    setenv("PATH", "/bin", 1);
    char *echo[] = {"echo", "spawned", NULL}, *cat[] = {"cat", NULL},
         *no[] = {"x", NULL}, *sh[] = {"sh", "-c", "exit 3", NULL},
         *gr[] = {"sh", "-c", "kill -USR1 $$; echo survived", NULL};
    go("echo", "/bin/busybox", NULL, NULL, echo);
    go("missing", "/nosuch", NULL, NULL, no);
    go("exit 3", "/bin/busybox", NULL, NULL, sh);
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 1, "out", O_CREAT | O_WRONLY, 0600);
    go("into a file", "/bin/busybox", &fa, NULL, echo);
    STR(get("out"));
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 0, "out", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&fa, 0, 9);
    posix_spawn_file_actions_addclose(&fa, 9);
    go("from a file", "/bin/busybox", &fa, NULL, cat);
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 0, "/nosuch", O_RDONLY, 0);
    go("a failing action", "/bin/busybox", &fa, NULL, cat);
    posix_spawnattr_init(&at);
    posix_spawnattr_setflags(&at,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    sigset_t m = sigs(SIGUSR1, 0);
    posix_spawnattr_setsigmask(&at, &m);
    go("with a mask", "/bin/busybox", NULL, &at, gr);
    posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSIGDEF);
    signal(SIGUSR1, SIG_IGN);
    go("ignored", "/bin/busybox", NULL, NULL, gr);
    posix_spawnattr_setsigdefault(&at, &m);
    go("set to default", "/bin/busybox", NULL, &at, gr);
    signal(SIGUSR1, SIG_DFL);
    show_status("system", system("exit 6"));
    show_status("system, killed", system("kill -9 $$"));
    say("%d", system(NULL));
    FILE *p = popen("echo from popen; exit 2", "r");
    char b[64] = "";
    fgets(b, 64, p);
    printf("%s", b);
    show_status("pclose", pclose(p));
    p = popen("cat", "w");
    fputs("to popen\n", p);
    show_status("pclose", pclose(p));
}
