/*
 * The end of the road: panic(), die() and what they need. See core/log.h for
 * the two functions themselves.
 */
#ifndef CORE_PANIC_H
#define CORE_PANIC_H

#include "lib/atomic.h"

extern s32 panic_timeout;  /* seconds until a reboot; 0: stop; < 0: at once */
extern atomic_t panic_cpu; /* the CPU that panics, plus 1; 0: none */
static inline bool panic_in_progress(void)
{
    return unlikely(atomic_load(&panic_cpu) != 0);
}
/* IPI_STOP arrived: note down where this CPU was, and stop for ever. */
void panic_stop_this_cpu(void) __attribute__((noreturn));

#endif
