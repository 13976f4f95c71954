/*
 * When no memory can be had: which process dies.
 *
 * vm/ decides; proc/ knows the processes. proc/ registers an oom_ops; when the
 * page allocator has found nothing to reclaim, it calls vm_out_of_memory()
 * (through reclaim_ops), which walks the candidates, takes the one with the
 * largest badness (resident pages but for program text, page tables, areas and
 * oom_score_adj), has proc/ kill it and unmaps its memory at once, without
 * waiting for the victim to run. Nobody else is killed while it is ending, and
 * nobody at all while a process that is ending anyway has more than any other.
 */
#ifndef VM_OOM_H
#define VM_OOM_H

#include "lib/types.h"

struct address_space;

struct oom_candidate {
    void *process;            /* proc/'s; borrowed during the walk */
    struct address_space *mm; /* borrowed during the walk; its structure */
    s32 score_adj;            /* -1000 (never) .. 1000 */
    bool unkillable;          /* init, kernel threads */
    bool exiting;             /* gives back what it has, untold */
};

struct oom_ops {
    /* Call fn for each process with an address space until it says false. */
    void (*for_each)(bool (*fn)(void *ctx, const struct oom_candidate *c),
                     void *ctx);
    /* A reference that keeps the process; and its end. */
    void (*hold)(void *process);
    void (*release)(void *process);
    /* Its threads that have yet to give back what they hold: also what is not
     * in the address space, as files without a name. */
    u32 (*threads_left)(void *process);
    /* SIGKILL to all its threads, and to other processes that share `mm`.
     * `points` and the sizes are for the log line, which proc/ writes as Linux
     * does. */
    void (*kill)(void *process, u64 points, u64 total_pages, u64 anon_pages,
                 u64 file_pages);
};
void oom_register(const struct oom_ops *ops);

/* /proc/<pid>/oom_score: 0..2000. */
u32 oom_score(const struct address_space *mm, s32 score_adj);

/* Kill a process whether memory is short or not; false: there is none. */
bool oom_kill(void);

/* reclaim_ops.out_of_memory: true if it makes sense to try again. */
bool vm_out_of_memory(unsigned order);

#endif
