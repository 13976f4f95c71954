/*
 * What the CPUs can do. Found on CPU 0 before anything else runs; a CPU that
 * starts later can only take away from what user mode is told (hwcaps), and is
 * refused if it lacks what the kernel already uses.
 */
#pragma once

#include "arch/arch.h"

struct cpu_features {
    bool pan;            /* privileged access never */
    bool pauth_address;  /* PACA: address keys */
    bool pauth_generic;  /* PACG: the generic key */
    bool ssbs;           /* PSTATE.SSBS */
    bool hardware_dirty; /* the MMU manages dirty state */
    bool random;         /* RNDR */
    bool dit;
    u32 asid_bits;
};
extern struct cpu_features cpu_features;

void cpufeature_init(void);      /* CPU 0 */
bool cpufeature_secondary(void); /* false: cannot run with the others */

/* The value user mode sees of system register op0=3, op1=0, CRn=0. False: it is
 * not one that is emulated. */
bool cpufeature_user_id(unsigned crm, unsigned op2, u64 *value);

/* Pointer authentication keys (pauth.c). */
void pauth_new_keys(struct thread_head *head);
void pauth_load(const struct thread_head *head);
extern u64 pauth_seed[4];
