/*
 * Debug state of threads: single step, hardware breakpoints and watchpoints.
 * arch_thread.debug is allocated when a tracer first sets one, and is loaded
 * into the CPU's registers when the thread is switched to. Only the thread's
 * tracer changes it, while the thread is stopped.
 */
#pragma once

#include "arch/arch.h"

#define DEBUG_PAIRS    16
#define DEBUG_SET_SIZE (8 + DEBUG_PAIRS * 16)

enum debug_kind {
    DEBUG_BREAK,
    DEBUG_WATCH
};

void debug_cpu_init(void); /* each CPU */
/* Interrupts off; only if either thread has something, or the CPU still does.
 */
void debug_switch(const struct thread_head *next);
void debug_free(struct thread_head *head);
/* The whole set of one kind: DEBUG_SET_SIZE bytes. */
void debug_get(struct thread_head *head, enum debug_kind kind, void *out);
int debug_set(struct thread_head *head, enum debug_kind kind, const void *in,
              size_t size);
