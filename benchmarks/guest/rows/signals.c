/* Signals: to install a handler; to send one to oneself and come back. */
#define _GNU_SOURCE
#include <signal.h>
#include <unistd.h>

#include "rows.h"

static volatile unsigned long seen;

static void handler(int signo)
{
    (void)signo;
    seen++;
}

static void install(unsigned long n)
{
    struct sigaction action = {.sa_handler = handler};

    row_start();
    while (n--)
        row_check(sigaction(SIGUSR1, &action, NULL), "sigaction");
    row_stop();
}

static void deliver(unsigned long n)
{
    struct sigaction action = {.sa_handler = handler};
    pid_t self = getpid();
    unsigned long before = seen, expected = n;

    row_check(sigaction(SIGUSR1, &action, NULL), "sigaction");
    row_start();
    while (n--)
        row_check(kill(self, SIGUSR1), "kill");
    row_stop();
    if (seen - before != expected)
        row_die("signals are missing");
}

const struct row signal_rows[] = {
    {"sig_install", install, 100}, {"sig_deliver", deliver, 100}, {0}};
