/* What time.c and timer.c share. */
#ifndef CORE_TIMER_INTERNAL_H
#define CORE_TIMER_INTERNAL_H

#include "core/time.h"

struct boot_info;

void timer_init_cpus(void);
u64 time_ns_to_counts(u64 ns);

#endif
