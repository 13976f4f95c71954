/* Files of a tmpfs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "rows.h"

#define MANY 128
#define SIZE (1024 * 1024ul)

static char bytes[65536];
static char names[MANY][24];

/* n files, `size` bytes each, made (if `making` is timed) and deleted. */
static void make_and_delete(unsigned long n, size_t size, int making)
{
    for (unsigned i = 0; i < MANY; i++)
        snprintf(names[i], sizeof names[i], "/tmp/many%u", i);
    while (n) {
        unsigned long count = n < MANY ? n : MANY;

        n -= count;
        if (making)
            row_start();
        for (unsigned long i = 0; i < count; i++) {
            int fd = open(names[i], O_CREAT | O_EXCL | O_WRONLY, 0644);

            row_check(fd, "create");
            if (size)
                row_check(write(fd, bytes, size), "write");
            close(fd);
        }
        if (making)
            row_stop();
        else
            row_start();
        for (unsigned long i = 0; i < count; i++)
            row_check(unlink(names[i]), "unlink");
        if (!making)
            row_stop();
    }
}

static void create0(unsigned long n)
{
    make_and_delete(n, 0, 1);
}

static void create10k(unsigned long n)
{
    make_and_delete(n, 10240, 1);
}

static void delete0(unsigned long n)
{
    make_and_delete(n, 0, 0);
}

static void delete10k(unsigned long n)
{
    make_and_delete(n, 10240, 0);
}

static int big_file(void)
{
    int fd = (int)row_check(open("/tmp/big", O_CREAT | O_RDWR, 0644), "open");

    for (size_t at = 0; at < SIZE; at += sizeof bytes)
        row_check(pwrite(fd, bytes, sizeof bytes, (off_t)at), "pwrite");
    return fd;
}

static void read_cached(unsigned long n, size_t size)
{
    int fd = big_file();
    size_t at = 0;

    row_start();
    while (n--) {
        row_check(pread(fd, bytes, size, (off_t)at), "pread");
        at = (at + size) % SIZE;
    }
    row_stop();
    close(fd);
}

static void read4k(unsigned long n)
{
    read_cached(n, 4096);
}

static void read64k(unsigned long n)
{
    read_cached(n, 65536);
}

static void write4k(unsigned long n)
{
    int fd = big_file();
    size_t at = 0;

    row_start();
    while (n--) {
        row_check(pwrite(fd, bytes, 4096, (off_t)at), "pwrite");
        at = (at + 4096) % SIZE;
    }
    row_stop();
    close(fd);
}

const struct row file_rows[] = {
    {"create0k", create0, MANY}, {"create10k", create10k, MANY},
    {"delete0k", delete0, MANY}, {"delete10k", delete10k, MANY},
    {"read4k", read4k, 64},      {"read64k", read64k, 16},
    {"write4k", write4k, 64},    {0}};
