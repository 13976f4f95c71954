/* Who sleeps and who is woken: tokens that go round, and hackbench. */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rows.h"

#define RING_MAX 16

static void pass_on(int from, int to)
{
    char c;

    while (read(from, &c, 1) == 1)
        if (write(to, &c, 1) != 1)
            break;
    _exit(0);
}

/* A token goes round `count` processes, n steps in all. */
static void ring(unsigned long n, unsigned count)
{
    int ends[RING_MAX][2];
    unsigned long rounds = n / count + 1;
    pid_t pids[RING_MAX];
    char c = 0;

    for (unsigned i = 0; i < count; i++)
        row_check(pipe(ends[i]), "pipe");
    for (unsigned i = 1; i < count; i++) {
        pids[i] = fork();
        if (row_check(pids[i], "fork") == 0)
            pass_on(ends[i - 1][0], ends[i][1]);
    }
    /* Everybody has run once. */
    row_check(write(ends[0][1], &c, 1), "write");
    row_check(read(ends[count - 1][0], &c, 1), "read");
    row_start();
    while (rounds--) {
        row_check(write(ends[0][1], &c, 1), "write");
        row_check(read(ends[count - 1][0], &c, 1), "read");
    }
    row_stop();
    for (unsigned i = 1; i < count; i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], NULL, 0);
    }
    for (unsigned i = 0; i < count; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
}

static void ring2(unsigned long n)
{
    ring(n, 2);
}

static void ring16(unsigned long n)
{
    ring(n, 16);
}

static void turn(int *word, int mine, unsigned long n)
{
    while (n--) {
        int seen;

        while ((seen = __atomic_load_n(word, __ATOMIC_ACQUIRE)) != mine)
            syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
        __atomic_store_n(word, !mine, __ATOMIC_RELEASE);
        syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

/* Two processes: a step is one hand-over. */
static void futex(unsigned long n)
{
    int *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned long rounds = n / 2 + 1;
    pid_t pid;

    if (word == MAP_FAILED)
        row_die("mmap");
    pid = fork();
    if (row_check(pid, "fork") == 0) {
        turn(word, 1, rounds + 1);
        _exit(0);
    }
    turn(word, 0, 1);
    row_start();
    turn(word, 0, rounds);
    row_stop();
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    munmap(word, 4096);
}

#define GROUPS  2
#define MEMBERS 8
#define BYTES   100

static void hack_child(int receive, int (*pairs)[2], int ready, int go,
                       unsigned long each)
{
    char bytes[BYTES] = {0};

    write(ready, bytes, 1);
    read(go, bytes, 1);
    if (receive >= 0) {
        for (unsigned long left = each * MEMBERS * BYTES; left;) {
            ssize_t got = read(pairs[receive][0], bytes, BYTES);

            if (got <= 0)
                _exit(1);
            left -= (unsigned long)got;
        }
    } else {
        for (unsigned long i = 0; i < each; i++)
            for (unsigned to = 0; to < MEMBERS; to++)
                if (write(pairs[to][1], bytes, BYTES) != BYTES)
                    _exit(1);
    }
    _exit(0);
}

/* Each of 8 senders of 2 groups sends to each of 8 receivers; n messages. */
static void hackbench(unsigned long n)
{
    unsigned long each = n / (GROUPS * MEMBERS * MEMBERS) + 1;
    int pairs[GROUPS][MEMBERS][2], ready[2], go[2], status;
    char c;

    row_check(pipe(ready), "pipe");
    row_check(pipe(go), "pipe");
    for (unsigned g = 0; g < GROUPS; g++) {
        for (unsigned m = 0; m < MEMBERS; m++)
            row_check(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[g][m]),
                      "socketpair");
        for (int m = 0; m < 2 * MEMBERS; m++)
            if (row_check(fork(), "fork") == 0)
                hack_child(m < MEMBERS ? m : -1, pairs[g], ready[1], go[0],
                           each);
    }
    for (unsigned i = 0; i < GROUPS * 2 * MEMBERS; i++)
        row_check(read(ready[0], &c, 1), "read");
    row_start();
    for (unsigned i = 0; i < GROUPS * 2 * MEMBERS; i++)
        row_check(write(go[1], &c, 1), "write");
    for (unsigned i = 0; i < GROUPS * 2 * MEMBERS; i++) {
        row_check(wait(&status), "wait");
        if (status)
            row_die("hackbench");
    }
    row_stop();
    for (unsigned g = 0; g < GROUPS; g++) {
        for (unsigned m = 0; m < MEMBERS; m++) {
            close(pairs[g][m][0]);
            close(pairs[g][m][1]);
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        close(ready[i]);
        close(go[i]);
    }
}

const struct row switch_rows[] = {{"pipe2", ring2, 100},
                                  {"pipe16", ring16, 160},
                                  {"futex", futex, 100},
                                  {"hackbench", hackbench, 1024},
                                  {0}};
