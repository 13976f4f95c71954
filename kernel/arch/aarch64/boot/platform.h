/*
 * What the port's own drivers need to know of the machine, from the devicetree
 * or ACPI. Written while booting, constant afterwards.
 */
#pragma once

#include "arch/arch.h"

#define MPIDR_AFFINITY 0xff00ffffffUL

enum psci_conduit {
    PSCI_NONE,
    PSCI_HVC,
    PSCI_SMC
};

struct platform_gic {
    u32 version; /* 2, 3; 0: none */
    u32 redistributors;
    paddr_t distributor, cpu_interface, v2m, its;
    struct {
        paddr_t base;
        u64 size; /* bytes; 0: one CPU's */
    } redistributor[8];
};

struct platform {
    struct platform_gic gic;
    enum psci_conduit psci;
    u32 timer_irq; /* INTID of the virtual timer */
    u32 timer_hz;  /* 0: CNTFRQ_EL0 says */
    paddr_t rtc;   /* a PL031, or 0 */
    u64 cpu_mpidr[MAX_CPUS];
};
extern struct platform platform;

/* machine.uart is known: map it and print from now on. */
void platform_console(void);
