/* Bandwidth (an operation is 64 KiB) and latency (a message and its answer). */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rows.h"

#define BLOCK 65536

static char block[BLOCK];

static void read_all(int fd)
{
    while (read(fd, block, BLOCK) > 0)
        ;
    _exit(0);
}

static void write_all(int fd, unsigned long n)
{
    row_start();
    while (n--)
        for (size_t done = 0; done < BLOCK;)
            done += (size_t)row_check(write(fd, block + done, BLOCK - done),
                                      "write");
    row_stop();
}

/* The child reads `in`; we write `out`. */
static void bandwidth(unsigned long n, int in, int out)
{
    pid_t pid = fork();

    if (row_check(pid, "fork") == 0) {
        close(out);
        read_all(in);
    }
    close(in);
    write_all(out, n);
    close(out);
    waitpid(pid, NULL, 0);
}

static void pipe_bandwidth(unsigned long n)
{
    int ends[2];

    row_check(pipe(ends), "pipe");
    bandwidth(n, ends[0], ends[1]);
}

static void unix_bandwidth(unsigned long n)
{
    int ends[2];

    row_check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    bandwidth(n, ends[0], ends[1]);
}

static void latency(unsigned long n, int type)
{
    int ends[2];
    pid_t pid;
    char c = 0;

    row_check(socketpair(AF_UNIX, type, 0, ends), "socketpair");
    pid = fork();
    if (row_check(pid, "fork") == 0)
        for (;;)
            if (read(ends[0], &c, 1) != 1 || write(ends[0], &c, 1) != 1)
                _exit(1);
    row_check(write(ends[1], &c, 1), "write");
    row_check(read(ends[1], &c, 1), "read");
    row_start();
    while (n--) {
        row_check(write(ends[1], &c, 1), "write");
        row_check(read(ends[1], &c, 1), "read");
    }
    row_stop();
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ends[0]);
    close(ends[1]);
}

static void unix_stream(unsigned long n)
{
    latency(n, SOCK_STREAM);
}

static void unix_dgram(unsigned long n)
{
    latency(n, SOCK_DGRAM);
}

const struct row ipc_rows[] = {{"pipe_bw", pipe_bandwidth, 16},
                               {"unix_bw", unix_bandwidth, 16},
                               {"unix_stream", unix_stream, 100},
                               {"unix_dgram", unix_dgram, 100},
                               {0}};
