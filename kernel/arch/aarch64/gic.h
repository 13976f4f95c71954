/*
 * Arm's generic interrupt controller, versions 2 and 3.
 *
 * Interrupt numbers of arch.h are INTIDs; the translated message-signalled ones
 * of an ITS (LPIs, from 8192) begin at GIC_LPI_IRQ. The distributor's
 * read-modify-write registers are guarded by a lock in gic.c.
 */
#pragma once

#include "arch/arch.h"

#define GIC_SPI_FIRST 32
#define GIC_SPI_LIMIT 1020
#define GIC_LPI_IRQ   1024 /* irq number of the first LPI */
#define GIC_LPI_FIRST 8192 /* its INTID */

/* While booting: map the registers that the platform description names. */
void gic_map(void);
void rtc_map(void);
/* Each CPU. */
void gic_cpu_init(u32 cpu);
void gic_enable_private(u32 intid);
u32 gic_timer_irq(void);
