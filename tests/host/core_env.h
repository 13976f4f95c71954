/*
 * What core/ stands on, for host tests: one CPU, one thread, physical memory
 * with holes; whatever would sleep ends the test.
 */
#pragma once

#include "arch/arch.h"

#define ENV_MEMORY (400UL << 20) /* bytes of physical addresses */

void env_start(void);
/* Run what call_rcu() was given; how many. */
unsigned env_run_rcu(void);
/* All of it lies in RAM that the boot left free. */
bool env_is_free_ram(u64 pa, u64 size);
u64 env_free_ram_pages(void);
/* The n-th allocation from now fails; 0: none. */
void env_fail_allocation(unsigned n);
