/*
 * Core files: the memory and registers of a process that dies of a signal.
 *
 * The dying thread stops all others, which park on their way out until it has
 * written everything (core_dump_wait), so their registers hold still. Where the
 * file goes, or which program reads it, says core_pattern.
 *
 * thread_group.core is set under group->lock.
 */
#ifndef PROC_CORE_DUMP_H
#define PROC_CORE_DUMP_H

#include "lib/types.h"

struct signal_info;
struct task;

/* Write a core of the current process, if limits and pattern want one. True: it
 * is complete. The group is ending afterwards, in any case. */
bool core_dump(struct task *t, const struct signal_info *info);
/* A thread on its way out: stays while a core is written. */
void core_dump_wait(struct task *t);

#endif
