/*
 * Inside vm/: what reclaim must know of address spaces and mappings.
 */
#ifndef VM_RECLAIM_H
#define VM_RECLAIM_H

#include "lib/types.h"

struct address_space;
struct mapping;

/* MADV_FREE'd pages lie in [start, end) of mm. */
void lazy_note(struct address_space *mm, u64 start, u64 end);
/* mm goes away: waits for a walk that is in it. */
void lazy_forget(struct address_space *mm);

void reclaim_add_mapping(struct mapping *m);
void reclaim_remove_mapping(struct mapping *m);
u64 vm_reclaim(u64 wanted);

#endif
