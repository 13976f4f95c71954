/* Faults and mappings. An operation is a page, if not said otherwise. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rows.h"

#define PAGE  4096ul
#define PAGES 2048ul /* 8 MiB at a time */

static char *map(unsigned long pages, int flags, int fd)
{
    char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

    if (p == MAP_FAILED)
        row_die("mmap");
    return p;
}

static void touch(char *p, unsigned long pages)
{
    for (unsigned long i = 0; i < pages; i++)
        *(volatile char *)(p + i * PAGE) = 1;
}

static unsigned long some(unsigned long *n)
{
    unsigned long pages = *n < PAGES ? *n : PAGES;

    *n -= pages;
    return pages;
}

static void fault(unsigned long n)
{
    while (n) {
        unsigned long pages = some(&n);
        char *p = map(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);

        row_start();
        touch(p, pages);
        row_stop();
        munmap(p, pages * PAGE);
    }
}

static void file_fault(unsigned long n)
{
    int fd = (int)row_check(open("/tmp/map", O_CREAT | O_RDWR, 0644), "open");
    char zeros[PAGE] = {0};

    for (unsigned long i = 0; i < 256; i++)
        row_check(write(fd, zeros, PAGE), "write");
    while (n) {
        unsigned long pages = n < 256 ? n : 256;
        char *p = map(pages, MAP_SHARED, fd);

        n -= pages;
        row_start();
        for (unsigned long i = 0; i < pages; i++)
            (void)*(volatile char *)(p + i * PAGE);
        row_stop();
        munmap(p, pages * PAGE);
    }
    close(fd);
    unlink("/tmp/map");
}

/* The operation: map 64 KiB, touch it, unmap. */
static void map_touch_unmap(unsigned long n)
{
    row_start();
    while (n--) {
        char *p = map(16, MAP_PRIVATE | MAP_ANONYMOUS, -1);

        touch(p, 16);
        munmap(p, 16 * PAGE);
    }
    row_stop();
}

static void copy_on_write(unsigned long n)
{
    while (n) {
        unsigned long pages = some(&n);
        char *p = map(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
        int hold[2];
        pid_t pid;
        char c;

        touch(p, pages);
        row_check(pipe(hold), "pipe");
        pid = fork();
        if (row_check(pid, "fork") == 0) {
            close(hold[1]);
            _exit((int)read(hold[0], &c, 1));
        }
        row_start();
        touch(p, pages);
        row_stop();
        close(hold[1]);
        close(hold[0]);
        waitpid(pid, NULL, 0);
        munmap(p, pages * PAGE);
    }
}

/* The operation: a page of 16 that are there loses and regains writing. */
static void protect(unsigned long n)
{
    char *p = map(16, MAP_PRIVATE | MAP_ANONYMOUS, -1);

    touch(p, 16);
    row_start();
    while (n--) {
        row_check(mprotect(p + 4 * PAGE, PAGE, PROT_READ), "mprotect");
        row_check(mprotect(p + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE),
                  "mprotect");
    }
    row_stop();
    munmap(p, 16 * PAGE);
}

const struct row memory_rows[] = {
    {"fault", fault, 512},         {"file_fault", file_fault, 256},
    {"mmap", map_touch_unmap, 16}, {"cow", copy_on_write, 512},
    {"mprotect", protect, 32},     {0}};
