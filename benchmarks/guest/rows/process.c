/* Making processes and threads. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rows.h"

static void wait_for(pid_t pid, const char *what)
{
    int status;

    row_check(pid, what);
    row_check(waitpid(pid, &status, 0), "waitpid");
    if (status)
        row_die(what);
}

static void fork_exit(unsigned long n)
{
    row_start();
    while (n--) {
        pid_t pid = fork();

        if (pid == 0)
            _exit(0);
        wait_for(pid, "fork");
    }
    row_stop();
}

static void fork_exec(unsigned long n)
{
    row_start();
    while (n--) {
        pid_t pid = fork();

        if (pid == 0) {
            execl("/init", "init", "exit", NULL);
            _exit(1);
        }
        wait_for(pid, "exec");
    }
    row_stop();
}

static void shell(unsigned long n)
{
    row_start();
    while (n--) {
        pid_t pid = fork();

        if (pid == 0) {
            execl("/bin/sh", "sh", "-c", ":; echo x >/dev/null", NULL);
            _exit(1);
        }
        wait_for(pid, "sh -c");
    }
    row_stop();
}

static void *nothing(void *arg)
{
    return arg;
}

static void thread(unsigned long n)
{
    row_start();
    while (n--) {
        pthread_t t;

        if (pthread_create(&t, NULL, nothing, NULL))
            row_die("pthread_create");
        pthread_join(t, NULL);
    }
    row_stop();
}

const struct row process_rows[] = {{"fork", fork_exit, 8},
                                   {"exec", fork_exec, 4},
                                   {"sh", shell, 2},
                                   {"thread", thread, 8},
                                   {0}};
