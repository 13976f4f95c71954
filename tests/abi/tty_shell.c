// about: An interactive shell on a pseudo-terminal: prompt, echo, ^C, ^Z,
// about: jobs, fg, end of file
// calls: ioctl execve setsid read write kill
#include "pty.h"

static char seen[8192];

/* The prompt ends with a question for the cursor's place. */
static bool prompted(int n)
{
    return n >= 6 && !memcmp(seen + n - 6, "# \033[6n", 6);
}

static void expect(const char *what)
{
    int n = 0;
    struct pollfd p = {master, POLLIN, 0};
    while (n < 8000 && poll(&p, 1, prompted(n) ? 150 : 60000) == 1) {
        int r = read(master, seen + n, 8000 - n);
        if (r <= 0)
            break;
        n += r;
    }
    if (what)
        quote(what, seen, n);
}

/* Returns once somebody else than the shell has the terminal and sleeps. */
static void wait_job(pid_t shell)
{
    pid_t job = 0;
    for (int i = 0, seen = 0; i < 12000 && seen < 3; i++) {
        ms(5);
        ioctl(master, TIOCGPGRP, &job);
        seen = job > 0 && job != shell && task_state(job, job) == 'S' ? seen + 1
                                                                      : 0;
    }
}

int main(void)
{
    pty_open();
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        dup2(slave, 0);
        dup2(slave, 1);
        dup2(slave, 2);
        close(slave);
        close(master);
        char *env[] = {"PATH=/bin", "PS1=# ", "TERM=dumb", "HISTFILE=/dev/null",
                       NULL};
        execve("/bin/busybox", (char *[]){"sh", "-i", NULL}, env);
        _exit(1);
    }
    close(slave);
    expect(NULL);
    type("echo hello\n");
    expect("echo");
    type("sleep 100\n");
    wait_job(k);
    type("\003");
    expect("^C");
    type("echo $?\n");
    expect("status");
    type("sleep 100\n");
    wait_job(k);
    type("\032");
    expect("^Z");
    type("jobs\n");
    expect("jobs");
    type("fg\n");
    wait_job(k);
    type("\003");
    expect("fg and ^C");
    type("cat\n");
    wait_job(k);
    type("a line\n");
    wait_job(k);
    type("\004");
    expect("cat");
    type("tty | cut -c 1-9; stty -a | head -n 1 | cut -c 1-20\n");
    expect("tty");
    type("echo abc\177\177XY\n");
    expect("erase");
    type("exit 5\n");
    expect("exit");
    wait_show("shell", k);
}
