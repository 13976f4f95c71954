/* System calls that do little: what the way in and out costs, and look-ups. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rows.h"

static void null(unsigned long n)
{
    row_start();
    while (n--)
        syscall(SYS_getppid);
    row_stop();
}

static void read1(unsigned long n)
{
    int fd = (int)row_check(open("/dev/zero", O_RDONLY), "/dev/zero");
    char c;

    row_start();
    while (n--)
        row_check(read(fd, &c, 1), "read");
    row_stop();
    close(fd);
}

static void write1(unsigned long n)
{
    int fd = (int)row_check(open("/dev/null", O_WRONLY), "/dev/null");
    char c = 0;

    row_start();
    while (n--)
        row_check(write(fd, &c, 1), "write");
    row_stop();
    close(fd);
}

static void make_file(const char *path)
{
    close((int)row_check(open(path, O_CREAT | O_RDWR, 0644), path));
}

static void call_stat(unsigned long n)
{
    struct stat s;

    make_file("/tmp/file");
    row_start();
    while (n--)
        row_check(stat("/tmp/file", &s), "stat");
    row_stop();
}

static void call_fstat(unsigned long n)
{
    struct stat s;
    int fd;

    make_file("/tmp/file");
    fd = (int)row_check(open("/tmp/file", O_RDONLY), "open");
    row_start();
    while (n--)
        row_check(fstat(fd, &s), "fstat");
    row_stop();
    close(fd);
}

static void open_close(unsigned long n)
{
    make_file("/tmp/file");
    row_start();
    while (n--)
        close((int)row_check(open("/tmp/file", O_RDONLY), "open"));
    row_stop();
}

static void path_walk(unsigned long n)
{
    static const char *const folders[] = {"/tmp/a",         "/tmp/a/b",
                                          "/tmp/a/b/c",     "/tmp/a/b/c/d",
                                          "/tmp/a/b/c/d/e", "/tmp/a/b/c/d/e/f"};
    struct stat s;

    for (unsigned i = 0; i < 6; i++)
        mkdir(folders[i], 0755);
    make_file("/tmp/a/b/c/d/e/f/g");
    row_start();
    while (n--)
        row_check(stat("/tmp/a/b/c/d/e/f/g", &s), "stat");
    row_stop();
}

static void poll16(unsigned long n)
{
    struct pollfd set[16];
    int ends[16][2];

    for (unsigned i = 0; i < 16; i++) {
        row_check(pipe(ends[i]), "pipe");
        set[i] = (struct pollfd){.fd = ends[i][0], .events = POLLIN};
    }
    row_check(write(ends[15][1], "", 1), "write");
    row_start();
    while (n--)
        row_check(poll(set, 16, -1), "poll");
    row_stop();
    for (unsigned i = 0; i < 16; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
}

static void epoll(unsigned long n)
{
    struct epoll_event event = {.events = EPOLLIN};
    int set = (int)row_check(epoll_create1(0), "epoll_create1");
    int fd = (int)row_check(eventfd(1, 0), "eventfd");

    row_check(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    row_start();
    while (n--)
        row_check(epoll_wait(set, &event, 1, -1), "epoll_wait");
    row_stop();
    close(set);
    close(fd);
}

const struct row call_rows[] = {
    {"null", null, 100},        {"read1", read1, 100},
    {"write1", write1, 100},    {"stat", call_stat, 100},
    {"fstat", call_fstat, 100}, {"open_close", open_close, 100},
    {"path", path_walk, 100},   {"poll16", poll16, 100},
    {"epoll", epoll, 100},      {0}};
