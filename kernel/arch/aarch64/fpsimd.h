/*
 * FP and SIMD state of threads. It is saved when a thread that runs in user
 * mode is switched out, and loaded on its way back to user mode, if another
 * state (or another CPU) came between. The kernel itself uses no FP registers.
 * Interrupts off, or the thread does not run.
 */
#pragma once

#include "arch/arch.h"

void fpsimd_store(struct fp_state *state); /* fpsimd.S */
void fpsimd_load(const struct fp_state *state);

void fpsimd_switch(struct thread_head *prev, struct thread_head *next);
/* Current thread: load its state and clear WORK_FP_RELOAD. */
void fpsimd_reload(struct thread_head *head);
/* Make head->arch.fp up to date (the registers stay valid). */
void fpsimd_sync(struct thread_head *head);
/* head->arch.fp was changed: the registers are stale. */
void fpsimd_changed(struct thread_head *head);
