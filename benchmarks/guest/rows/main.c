/*
 * The init of a machine that is measured. /rows says which rows: a line
 * "ms N" (how long a row takes at least), a line "smp N" and names. Prints
 * "row NAME PICOSECONDS" for each, and powers the machine off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "rows.h"

#define TIMES 3

static uint64_t started, taken;
static uint64_t least_ns = 20000000;
static char *wanted[64];
static unsigned wanted_count;

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void row_start(void)
{
    started = now();
}

void row_stop(void)
{
    taken += now() - started;
}

static _Noreturn void power_off(void)
{
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    _exit(1);
}

void row_die(const char *what)
{
    printf("\nfailed: %s: %s\n", what, strerror(errno));
    fflush(stdout);
    if (getpid() == 1)
        power_off();
    _exit(1);
}

long row_check(long r, const char *what)
{
    if (r < 0)
        row_die(what);
    return r;
}

static uint64_t once(const struct row *row, unsigned long n)
{
    taken = 0;
    row->run(n);
    return taken;
}

static void measure(const struct row *row)
{
    unsigned long n = row->least ? row->least : 1;
    uint64_t best = ~0ull, ns = once(row, n);

    while (ns < least_ns && n < 1ul << 30) {
        unsigned long more = ns ? least_ns * n / ns * 5 / 4 + 1 : n * 16;

        n = more > n * 16 ? n * 16 : more;
        ns = once(row, n);
    }
    for (unsigned i = 0; i < TIMES; i++) {
        if (ns < best)
            best = ns;
        ns = once(row, n);
    }
    printf("row %s %llu\n", row->name, (unsigned long long)(best * 1000 / n));
    fflush(stdout);
}

static int is_wanted(const char *name)
{
    for (unsigned i = 0; i < wanted_count; i++)
        if (strcmp(wanted[i], name) == 0)
            return 1;
    return !wanted_count;
}

static void measure_all(const struct row *rows)
{
    for (; rows->name; rows++)
        if (is_wanted(rows->name))
            measure(rows);
}

static void read_choice(void)
{
    FILE *f = fopen("/rows", "r");
    char word[64];

    while (f && fscanf(f, "%63s", word) == 1) {
        if (strcmp(word, "ms") == 0) {
            unsigned ms;

            if (fscanf(f, "%u", &ms) == 1)
                least_ns = ms * 1000000ull;
        } else if (wanted_count < 64) {
            wanted[wanted_count++] = strdup(word);
        }
    }
    if (f)
        fclose(f);
}

static void make_places(void)
{
    int console;

    mkdir("/dev", 0755);
    mkdir("/tmp", 01777);
    mkdir("/proc", 0755);
    if (access("/dev/null", F_OK))
        mount("dev", "/dev", "devtmpfs", 0, NULL);
    mount("tmp", "/tmp", "tmpfs", 0, NULL);
    mount("proc", "/proc", "proc", 0, NULL);
    console = open("/dev/console", O_RDWR);
    if (console < 0) {
        mknod("/console", S_IFCHR | 0600, makedev(5, 1));
        console = open("/console", O_RDWR);
    }
    for (int fd = 0; fd < 3; fd++)
        if (console != fd)
            dup2(console, fd);
    if (console > 2)
        close(console);
}

int main(int argc, char **argv)
{
    static const struct row *const tables[] = {
        call_rows,   process_rows, switch_rows, memory_rows,
        signal_rows, ipc_rows,     file_rows};

    if (argc > 1) /* what the row "exec" starts */
        return 0;
    (void)argv;
    make_places();
    read_choice();
    printf("\nbegin\n");
    fflush(stdout);
    for (unsigned i = 0; i < sizeof tables / sizeof tables[0]; i++)
        measure_all(tables[i]);
    printf("end\n");
    power_off();
}
