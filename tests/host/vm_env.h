/*
 * What vm/ stands on, for host tests: physical memory and its allocator, locks
 * that check their use, slabs, grants, accounts; and a CPU that reads and
 * writes user memory through the page tables, faulting as the real one does.
 */
#pragma once

#include "arch/arch.h"
#include "arch/common/entry.h"
#include "core/object.h"
#include "core/page.h"
#include "vm/address_space.h"

#define ENV_FRAMES 8192

void env_start(void);
/* The n-th allocation from now fails, and those behind it if `stay`; 0: none.
 */
void env_fail_allocation(unsigned n, bool stay);
bool env_failed(void); /* did one, since env_fail_allocation()? */
u64 env_free_pages(void);
u64 env_slab_objects(void); /* that are allocated */
/* No lock is held. */
bool env_unlocked(void);

/* As a program would: 0, or what mm_fault() says of it. */
int env_read(struct address_space *mm, u64 va, u64 *value);
int env_write(struct address_space *mm, u64 va, u64 value);

struct grant *env_grant(struct object *o, u32 rights);
