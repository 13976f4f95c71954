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
/* One decision at a time; guards what follows. */
static mutex_t oom_mutex = MUTEX_INIT(oom_mutex, "oom");
/* Who was killed last, or is waited for because it ends anyway, and its space's
 * structure: both held. Nobody else is killed while it has yet to end. */
static void *victim_process;
static struct address_space *victim;
static u64 victim_since, victim_left;
/* Since when processes were waited for that have less than the largest, 0: no
 * such wait. */
static u64 small_since;

/* A victim of which nothing ends for this time blocks the next no longer. (Many
 * threads on one slow CPU take longer than that, one by one.) */
#define VICTIM_PATIENCE (2 * NS_PER_SEC)
/* So long, one after the other, the small are waited for. */
#define SMALL_PATIENCE (4 * NS_PER_SEC)

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

/* The largest of those that live, and of those that are ending. */
struct choices {
    struct choice living, ending;
};

static void drop_choice(struct choice *choice)
{
    if (!choice->process)
        return;
    oom_ops->release(choice->process);
    mm_release(choice->mm);
    *choice = (struct choice){0};
}

static bool consider(void *ctx, const struct oom_candidate *c)
{
    struct choices *all = ctx;
    struct choice *best = c->exiting ? &all->ending : &all->living;
    s64 points;

    if (c->exiting) {
        if (atomic_load(&c->mm->oom_skip))
            return true;
    } else if (c->unkillable || c->score_adj <= -1000) {
        return true;
    }
    points = badness(c->mm, c->exiting ? 0 : c->score_adj);
    /* Among equals the youngest, which may be one of ever more. */
    if (best->process && points < best->points)
        return true;
    drop_choice(best);
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
    left = threads + mm_resident_pages(victim) + READ_ONCE(victim->vma_count);
    if (left < victim_left) {
        victim_left = left;
        victim_since = time_monotonic();
    }
    if (threads && time_monotonic() - victim_since < VICTIM_PATIENCE)
        return true;
    if (threads)
        atomic_store(&victim->oom_skip, 1);
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

/* Takes over the references of the choice. */
static void set_victim(const struct choice *choice)
{
    victim_process = choice->process;
    victim = choice->mm;
    victim_since = time_monotonic();
    victim_left = ~0UL;
}

static void kill_choice(const struct choice *choice)
{
    struct address_space *mm = choice->mm;

    vm_event(VM_OOM_KILLS);
    oom_ops->kill(choice->process, (u64)max_t(s64, choice->points, 0),
                  mm->total_pages, (u64)atomic64_load(&mm->anon_pages),
                  (u64)atomic64_load(&mm->file_pages));
    mm_discard(mm);
}

/* Is a process that is ending worth waiting for? What has most always is. A
 * small one may hold files with more than can be seen here; but where ever more
 * of them come and go, they do not save the largest for long. */
static bool worth_waiting(const struct choices *all)
{
    u64 now = time_monotonic();

    if (!all->ending.process) {
        small_since = 0;
        return false;
    }
    if (!all->living.process || all->ending.points >= all->living.points)
        return true;
    if (!small_since)
        small_since = now;
    return now - small_since < SMALL_PATIENCE;
}

/* Kill the largest process; with `wait` rather choose one that is ending. */
static bool choose_victim(bool wait)
{
    struct choices all = {0};
    bool found = true;

    oom_ops->for_each(consider, &all);
    if (wait && worth_waiting(&all)) {
        set_victim(&all.ending);
        drop_choice(&all.living);
        return true;
    }
    if (all.living.process) {
        small_since = 0;
        kill_choice(&all.living);
        set_victim(&all.living);
    } else {
        found = false;
    }
    drop_choice(&all.ending);
    return found;
}

bool oom_kill(void)
{
    bool killed;

    mutex_lock(&oom_mutex);
    forget_victim();
    killed = choose_victim(false);
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
    again = choose_victim(true);
    t->may_use_reserve = false;
    mutex_unlock(&oom_mutex);
    return again && !current_is_dying();
}
