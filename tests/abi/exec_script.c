// about: Scripts with #!: arguments, argv[0], length limits, nesting, missing
// about: interpreters
// calls: execve
#include "abi.h"

static void script(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    write(fd, text, strlen(text));
    close(fd);
}
static void run(const char *path)
{
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        execve(path, (char *[]){"zero", "one", "two", NULL},
               (char *[]){"SHOW=1", NULL});
        say("%s: %s", path, errname(errno));
        _exit(1);
    }
    wait_show(path, k);
}
int main(int argc, char **argv)
{
    if (getenv("SHOW")) {
        printf("argc %d:", argc);
        for (int i = 0; i < argc; i++)
            printf(" '%s'", strlen(argv[i]) > 40 ? "long" : argv[i]);
        char c[32] = "";
        prctl(PR_GET_NAME, c);
        printf(" comm '%s'\n", c);
        return 0;
    }
    char b[1000];
    symlink("/proc/self/exe", "x");
    readlink("/proc/self/exe", b, sizeof b);
    char me[300];
    memset(me, 0, sizeof me);
    readlink("/proc/self/exe", me, sizeof me - 1);
    unlink("x");
    symlink(me, "x");
    script("plain", "#!./x\nrest\n");
    run("plain");
    run("./plain");
    script("arg", "#!./x arg\n");
    run("./arg");
    script("args", "#! \t./x  two  words \t \n");
    run("./args");
    script("noeol", "#!./x tail");
    run("./noeol");
    script("crlf", "#!./x\r\n");
    run("./crlf");
    script("missing", "#!/none/x\n");
    run("./missing");
    script("empty", "#!\n");
    run("./empty");
    script("spaces", "#!   \n");
    run("./spaces");
    script("short", "#!");
    run("./short");
    script("dir", "#!/\n");
    run("./dir");
    script("text", "echo hello\n");
    run("./text");
    script("nested", "#!./plain nest\n");
    run("./nested");
    script("n3", "#!./nested\n");
    run("./n3");
    script("n4", "#!./n3\n");
    run("./n4");
    script("n5", "#!./n4\n");
    run("./n5");
    script("n6", "#!./n5\n");
    run("./n6");
    script("self", "#!./self\n");
    run("./self");
    strcpy(b, "#!./x ");
    memset(b + 6, 'a', 600);
    b[255] = '\n';
    b[256] = 0;
    script("l255", b);
    run("./l255");
    memset(b + 6, 'a', 600);
    b[256] = '\n';
    b[257] = 0;
    script("l256", b);
    run("./l256");
    memset(b + 6, 'a', 600);
    b[600] = 0;
    script("l600", b);
    run("./l600");
    memset(b + 2, 'a', 600);
    script("path600", b);
    run("./path600");
    script("noperm", "#!./x\n");
    chmod("noperm", 0644);
    run("./noperm");
    put("plainfile", "x");
    script("interp", "#!./plainfile\n");
    run("./interp");
    symlink("plain", "link");
    run("./link");
    say("-- by handle");
    int fd = open("plain", O_RDONLY), ce = open("plain", O_RDONLY | O_CLOEXEC);
    (void)ce;
    RUN("handle", sys(execveat, fd, "", ((char *[]){"zero", NULL}),
                      ((char *[]){"SHOW=1", NULL}), AT_EMPTY_PATH));
    RUN("close-on-exec handle", {
        T(sys(execveat, ce, "", ((char *[]){"zero", NULL}),
              ((char *[]){"SHOW=1", NULL}), AT_EMPTY_PATH));
    });
    RUN("user", {
        chmod("plain", 0711);
        become_user();
        run("./plain");
    });
}
