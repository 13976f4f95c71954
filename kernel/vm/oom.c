#include "core/lock.h"
#include "core/page.h"
#include "core/sched.h"
#include "core/time.h"
#include "vm/address_space.h"
#include "vm/oom.h"
#include "vm/stats.h"
#include "vm/vma.h"

s32 vm_panic_on_oom;

static const struct oom_ops *oom_ops;
/* One decision at a time; guards `victim`. */
static mutex_t oom_mutex = MUTEX_INIT(oom_mutex, "oom");
/* Who was killed last, and its space's structure: both held. Nobody else is
 * killed while it has yet to end. */
static void *victim_process;
static struct address_space *victim;
static u64 victim_since, victim_left;

/* A victim of which nothing ends for this time blocks the next no longer. (Many
 * threads on one slow CPU take longer than that, one by one.) */
#define VICTIM_PATIENCE (2 * NS_PER_SEC)

void oom_register(const struct oom_ops *ops)
{
    oom_ops = ops;
}

/* The memory of its areas, which only the end of the process gives back. */
static u64 area_pages(const struct address_space *mm)
{
    return READ_ONCE(mm->vma_count) * sizeof(struct vma) >> PAGE_SHIFT;
}

/* Program text belongs to its file: nobody's end gives it back. */
static u64 text_pages(const struct address_space *mm)
{
    s64 cached =
        atomic64_load(&mm->file_pages) + atomic64_load(&mm->shmem_pages);

    return min((u64)max_t(s64, cached, 0), READ_ONCE(mm->exec_pages));
}

/* Linux's oom_badness(): pages, moved by thousandths of all memory. Without
 * text, or a shell would be worse than many small eaters; and with the areas,
 * of which a program may have 65530, more than the rest of it. */
static s64 badness(const struct address_space *mm, s32 score_adj)
{
    s64 points = (s64)(mm_resident_pages(mm) + area_pages(mm) +
                       (mm_table_bytes(mm) >> PAGE_SHIFT)) -
                 (s64)text_pages(mm);

    return points + (s64)score_adj * (s64)(page_total_count() / 1000);
}

u32 oom_score(const struct address_space *mm, s32 score_adj)
{
    s64 total = (s64)page_total_count(), points;

    if (score_adj <= -1000)
        return 0;
    points = badness(mm, score_adj);
    points = (1000 + points * 1000 / total) * 2 / 3;
    return (u32)clamp_t(s64, points, 0, 2000);
}

struct choice {
    void *process;
    struct address_space *mm;
    s64 points;
};

static bool consider(void *ctx, const struct oom_candidate *c)
{
    struct choice *best = ctx;
    s64 points;

    if (c->unkillable || c->score_adj <= -1000 || !c->mm)
        return true;
    points = badness(c->mm, c->score_adj);
    /* Among equals the youngest, which may be one of ever more. */
    if (best->process && points < best->points)
        return true;
    if (best->process) {
        oom_ops->release(best->process);
        mm_release(best->mm);
    }
    oom_ops->hold(c->process);
    mm_hold(c->mm);
    *best = (struct choice){c->process, c->mm, points};
    return true;
}

static void forget_victim(void)
{
    if (!victim)
        return;
    oom_ops->release(victim_process);
    mm_release(victim);
    victim_process = NULL;
    victim = NULL;
}

static bool victim_still_dying(void)
{
    u64 left, threads;

    if (!victim)
        return false;
    threads = oom_ops->threads_left(victim_process);
    left = threads + mm_resident_pages(victim);
    if (left < victim_left) {
        victim_left = left;
        victim_since = time_monotonic();
    }
    if (threads && time_monotonic() - victim_since < VICTIM_PATIENCE)
        return true;
    forget_victim();
    return false;
}

/*
 * A dying process does not miss its memory: what it touches again comes back as
 * zeros, and it will not get to use it. Files' pages come back as they were.
 * The structure is held, not its users: to drop the last of those here, with
 * whatever locks the allocation was made under, would be too much.
 */
void mm_discard(struct address_space *mm)
{
    mm_zap(mm, 0, ARCH_USER_TOP);
}

static bool current_is_dying(void)
{
    const struct thread *t = thread_current();

    return t->ops && t->ops->signal_pending && t->ops->signal_pending(t, true);
}

static bool kill_one(void)
{
    struct choice best = {0};

    oom_ops->for_each(consider, &best);
    if (!best.process)
        return false;
    vm_event(VM_OOM_KILLS);
    atomic_store(&best.mm->oom_victim, 1);
    oom_ops->kill(best.process, (u64)max_t(s64, best.points, 0),
                  best.mm->total_pages,
                  (u64)atomic64_load(&best.mm->anon_pages),
                  (u64)atomic64_load(&best.mm->file_pages));
    mm_discard(best.mm);
    victim_process = best.process;
    victim = best.mm;
    victim_since = time_monotonic();
    victim_left = ~0UL;
    return true;
}

bool oom_kill(void)
{
    bool killed;

    mutex_lock(&oom_mutex);
    forget_victim();
    killed = kill_one();
    mutex_unlock(&oom_mutex);
    return killed;
}

bool vm_out_of_memory(unsigned order)
{
    struct thread *t = thread_current();
    bool again;

    /* Nobody dies for a block when there are plenty of single pages. */
    if (!oom_ops || order > 3 || current_is_dying() ||
        (order && page_free_count() > page_total_count() / 32))
        return false;
    if (!mutex_trylock(&oom_mutex))
        return true; /* somebody else decides */
    if (victim_still_dying()) {
        mutex_unlock(&oom_mutex);
        return true;
    }
    /* Whatever this allocates does not wait for memory. */
    t->may_use_reserve = true;
    again = kill_one();
    t->may_use_reserve = false;
    mutex_unlock(&oom_mutex);
    return again && !current_is_dying();
}
