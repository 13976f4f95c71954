/*
 * Core files: the memory and registers of a process that dies of a signal.
 *
 * The dying thread ends all others, which park on their way out until it has
 * written everything (core_dump_wait), so their registers hold still. Where the
 * file goes, or which program reads it, says core_pattern:
 *
 *   core_dump.c        who dumps, when, and to where
 *   core_dump_file.c   the ELF file itself
 *   helper.c           the program that reads it, of a pattern "|program ..."
 *
 * thread_group.core is set and cleared under group->lock.
 */
#ifndef PROC_CORE_DUMP_H
#define PROC_CORE_DUMP_H

#include "core/wait.h"
#include "lib/types.h"

struct caller;
struct grant;
struct signal_info;
struct task;

#define CORE_PATTERN_MAX 128

extern char core_pattern[CORE_PATTERN_MAX]; /* /proc/sys/kernel/... */
extern s32 core_uses_pid, core_pipe_limit;

/* /proc/<pid>/coredump_filter: which mappings a core has the contents of. */
#define CORE_ANON_PRIVATE BIT(0)
#define CORE_ANON_SHARED  BIT(1)
#define CORE_FILE_PRIVATE BIT(2)
#define CORE_FILE_SHARED  BIT(3)
#define CORE_ELF_HEADERS  BIT(4)
#define CORE_FILTER_FIRST 0x33u
#define CORE_FILTER_MASK  0x1ffu

struct core_state { /* on the dumping thread's stack */
    struct task *dumper;
    u32 waiting; /* threads that have yet to park; group->lock */
    struct wait_queue parked;
};

/* What lies above proc/; registered by fs/ at start. */
struct core_dump_ops {
    /* A new file of that name, for the process alone; an old one goes. ERR_PTR.
     */
    struct grant *(*create)(struct caller *who, const char *name);
    /* Both ends of a pipe. */
    int (*pipe)(struct caller *who, struct grant **read, struct grant **write);
    /* The path of a mapped file, for `who`; the length, 0: it has none. */
    size_t (*path)(struct caller *who, struct grant *file, char *out,
                   size_t size);
    bool (*is_unlinked)(struct grant *file);
};
extern const struct core_dump_ops *core_dump_ops;

/* Write a core of the current process, if limits and pattern want one. True: it
 * was begun. The group is ending afterwards, in any case. */
bool core_dump(struct task *t, const struct signal_info *info);
/* A thread on its way out: stays while a core is written. */
void core_dump_wait(struct task *t);

/* core_dump_file.c: the ELF file to `out`; `limit` bytes at most; `seekable`:
 * empty pages become holes. */
bool core_dump_write(struct task *t, const struct signal_info *info,
                     struct grant *out, u64 limit, bool seekable);

/* helper.c: run a program as root, outside any container, with standard input
 * from `input` (taken over). 0 or -errno; it goes on by itself. */
int helper_start(char *const *words, struct grant *input);

#endif
