/*
 * The first user program of a machine that is timed: says how far the counter
 * was at its first instruction, and powers the machine off.
 *
 * "first: TICKS HZ": ticks of the CPU's counter (0 at reset) and their
 * frequency, 0 where only the kernel knows it (x86-64: then NS, from the
 * monotonic clock and the counter together).
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "counter.h" /* of the architecture */

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int main(void)
{
    uint64_t first = counter(), hz = frequency(), t0, c0, t1;
    char line[96];
    int console;

    if (!hz) {
        /* The counter against the clock, over a tenth of a second. */
        t0 = now();
        c0 = counter();
        do
            t1 = now();
        while (t1 - t0 < 100000000u);
        hz = (counter() - c0) * 1000000000u / (t1 - t0);
    }
    mkdir("/dev", 0755);
    console = open("/dev/console", O_WRONLY);
    if (console < 0) {
        mknod("/console", S_IFCHR | 0600, makedev(5, 1));
        console = open("/console", O_WRONLY);
    }
    snprintf(line, sizeof line, "\nfirst: %llu %llu\n",
             (unsigned long long)first, (unsigned long long)hz);
    if (write(console, line, strlen(line)) < 0)
        return 1;
    sync();
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}
