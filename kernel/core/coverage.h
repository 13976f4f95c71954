/*
 * Coverage of the kernel's code by one thread (fuzz build, FUZZ=1): the
 * compiler calls the hook at the start of every basic block of the layers above
 * core; it notes the address in the thread's area. area[0] counts what follows.
 */
#ifndef CORE_COVERAGE_H
#define CORE_COVERAGE_H

#include "lib/types.h"

struct thread;

struct coverage_area {
    u64 *words;           /* words[0]: number of addresses in words[1..] */
    u32 size;             /* words in all */
    struct thread *owner; /* that is traced; compared only; NULL: nobody */
};

/* The thread ends: whoever traced it may trace another. */
void coverage_stop(struct thread *t);

/* Called by compiled code. */
void __sanitizer_cov_trace_pc(void);

#endif
