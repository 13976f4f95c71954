/*
 * The rows that ./bench measures inside a kernel. A row does its operation `n`
 * times; what it needs is set up and taken down by itself, outside the clock
 * (row_start() and row_stop()). The harness chooses n so that a row takes long
 * enough, and prints nanoseconds (or, under QEMU's -icount shift=0,
 * instructions) per operation.
 *
 * No row allocates memory between start and stop, and none reads a clock.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stddef.h>

struct row {
    const char *name;
    void (*run)(unsigned long n);
    unsigned long least; /* operations at least; 0: one */
};

/* Tables that end with a row without a name. */
extern const struct row call_rows[], process_rows[], switch_rows[],
    memory_rows[], signal_rows[], ipc_rows[], file_rows[];

void row_start(void);
void row_stop(void);

/* Says what failed, with errno's text, and ends the measurement. */
_Noreturn void row_die(const char *what);
/* r, unless it is negative. */
long row_check(long r, const char *what);

#endif
