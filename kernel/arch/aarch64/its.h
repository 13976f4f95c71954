/*
 * GICv3's interrupt translation service: message-signalled interrupts become
 * LPIs (Arm IHI 0069, chapters 5 and 6). At most ITS_LPIS of them; they go to
 * one of the first ITS_CPUS CPUs.
 */
#pragma once

#include "arch/arch.h"

#define ITS_LPIS 256
#define ITS_CPUS 8

/* While booting: registers and tables. */
void its_map(void);
/* Each CPU, with its redistributor; CPU 0 first. */
void its_cpu_init(u32 cpu, volatile char *redistributor, paddr_t pa);
bool its_present(void);
/* arch_irq_alloc_msi and friends; lpi counts from 0. */
int its_alloc(u32 device, u32 cpu, u64 *address, u32 *data);
void its_free(u32 lpi);
void its_enable(u32 lpi, bool on);
