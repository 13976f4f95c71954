/*
 * Random numbers: a ChaCha20 generator per CPU, each keyed from one pool.
 *
 * The pool takes boot_info's seed, the CPU's generator, and the timing of
 * interrupts; every CPU's generator takes a new key from it now and then, and
 * erases the key that made what it gave out, so that old output cannot be
 * worked out later. Any context.
 */
#ifndef CORE_RANDOM_H
#define CORE_RANDOM_H

#include "lib/types.h"

struct boot_info;

void random_init(const struct boot_info *info);
void random_bytes(void *buffer, size_t n);
u64 random_u64(void);
/* Uniform in [0, limit); limit > 0. */
u64 random_below(u64 limit);
/* Stir something in. `bits`: how much of it an attacker cannot know. */
void random_add(const void *data, size_t n, unsigned bits);
void random_add_interrupt(u32 irq); /* cheap */
/* True once 256 bits were collected. random_wait() sleeps for that:
 * -ERESTARTSYS. */
bool random_ready(void);
int random_wait(void);
unsigned random_entropy_bits(void);
/* A resume from a snapshot: all keys are made anew. */
void random_reseed(void);

#endif
