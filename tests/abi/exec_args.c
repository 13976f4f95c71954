// about: execve: argv and envp as given, empty argv, argv[0], comm, limits
// calls: execve wait4
#include "abi.h"

static void run(const char *what, const char *path, char **argv, char **envp)
{
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        execve(path, argv, envp);
        say("%s: %s", what, errname(errno));
        _exit(1);
    }
    wait_show(what, k);
}
extern char **environ;
int main(int argc, char **argv)
{
    if (argc == 0 || !strcmp(argv[0], "show") || getenv("SHOW") ||
        (argv[0] && !argv[0][0])) {
        printf("argc %d:", argc);
        for (int i = 0; i < argc; i++)
            printf(" '%s'", argv[i]);
        printf(" env:");
        for (char **e = environ; *e; e++)
            printf(" '%s'", *e);
        char c[32] = "";
        prctl(PR_GET_NAME, c);
        printf(" comm '%s'\n", c);
        return argc;
    }
    const char *me = "/proc/self/exe";
    run("plain", me, (char *[]){"show", "a", "", "b c", NULL},
        (char *[]){"X=1", "no-equals", "", NULL});
    run("null argv", me, NULL, (char *[]){"SHOW=1", NULL});
    run("empty argv", me, (char *[]){NULL}, (char *[]){"SHOW=1", NULL});
    run("null envp", me, (char *[]){"show", NULL}, NULL);
    run("empty argv[0]", me, (char *[]){"", NULL}, (char *[]){NULL});
    run("no such file", "none", (char *[]){"x", NULL}, environ);
    run("directory", ".", (char *[]){"x", NULL}, environ);
    run("empty path", "", (char *[]){"x", NULL}, environ);
    put("plain", "x");
    run("not executable", "plain", (char *[]){"x", NULL}, environ);
    chmod("plain", 0755);
    run("one byte", "plain", (char *[]){"x", NULL}, environ);
    run("through a file", "plain/x", (char *[]){"x", NULL}, environ);
    put("empty", "");
    chmod("empty", 0755);
    run("empty file", "empty", (char *[]){"x", NULL}, environ);
    symlink("/proc/self/exe", "l");
    run("symlink", "l", (char *[]){"show", NULL}, (char *[]){NULL});
    mkfifo("p", 0777);
    run("fifo", "p", (char *[]){"x", NULL}, environ);
    run("device", "/dev/null", (char *[]){"x", NULL}, environ);
    for (int i = 0; i < NBAD; i++) {
        note = badname[i];
        T(sys(execve, badptr(i), argv, environ));
        if (i) {
            T(sys(execve, me, badptr(i), environ));
            T(sys(execve, me, argv, badptr(i)));
        }
        T(sys(execve, me, ((void *[]){"show", i ? badptr(i) : (void *)1, NULL}),
              environ));
    }
    note = NULL;
    say("-- sizes");
    static char big[200000];
    memset(big, 'a', sizeof big);
    big[131071] = 0;
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        int d = open("/dev/null", O_WRONLY);
        dup2(d, 1);
        execve(me, (char *[]){"show", big, NULL}, (char *[]){NULL});
        _exit(99);
    }
    wait_show("131071 characters", k);
    big[131071] = 'a';
    big[131072] = 0;
    run("131072 characters", me, (char *[]){"show", big, NULL},
        (char *[]){NULL});
    run("the same in the environment", me, (char *[]){"show", NULL},
        (char *[]){big, NULL});
    static char *many[200];
    big[100000] = 0;
    many[0] = "show";
    for (int i = 1; i < 15; i++)
        many[i] = big;
    k = fork();
    if (!k) {
        int d = open("/dev/null", O_WRONLY);
        dup2(d, 1);
        execve(me, many, (char *[]){NULL});
        _exit(99);
    }
    wait_show("1.4 MB in all", k);
    for (int i = 15; i < 30; i++)
        many[i] = big;
    run("2.9 MB in all", me, many, (char *[]){NULL});
    static char *empties[300001];
    for (int i = 0; i < 300000; i++)
        empties[i] = "";
    run("300000 empty strings", me, empties, (char *[]){NULL});
    setrlimit(RLIMIT_STACK, &(struct rlimit){1 << 20, RLIM_INFINITY});
    many[4] = NULL;
    run("300 KB with a 1 MB stack limit", me, many, (char *[]){NULL});
}
