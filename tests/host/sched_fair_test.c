// sources: tests/host/core_env.c kernel/core/page.c kernel/core/page_section.c
// sources: kernel/core/slab.c kernel/core/sched_fair.c
// flags: -Itests/host/hosted
/* Which fair thread runs: shares, delays, and the sums the queue keeps. */
#include "test.h"
#include "core_env.h"
#include "core/runqueue.h"

#define N 40
static struct sched_entity e[N];
static u64 ran[N];
static struct fair_queue q;

static void check_sums(void)
{
    s64 sum = 0;
    u64 load = 0;
    u32 count = q.current != NULL;

    for (struct rb_node *n = q.tree.leftmost; n; n = rb_next(n)) {
        struct sched_entity *x = rb_entry(n, struct sched_entity, node);

        sum += (s64)(x->vruntime - q.min_vruntime) * (s64)x->weight;
        load += x->weight;
        count++;
        if (rb_next(n))
            CHECK((s64)(rb_entry(rb_next(n), struct sched_entity, node)
                            ->deadline -
                        x->deadline) >= 0);
    }
    CHECK_EQ(sum, q.sum);
    CHECK_EQ(load, q.load);
    CHECK_EQ(count, q.count);
}

static void start(unsigned n, bool mixed)
{
    memset(&q, 0, sizeof(q));
    memset(e, 0, sizeof(e));
    memset(ran, 0, sizeof(ran));
    q.min_vruntime = 0 - (3UL << 30); /* wraps soon */
    for (unsigned i = 0; i < n; i++) {
        e[i].slice = SLICE_NS;
        e[i].weight = mixed ? sched_nice_weight[test_below(40)] : 1024;
        fair_enqueue(&q, &e[i], true);
        e[i].queued = true;
        check_sums();
    }
}

static struct sched_entity *switch_to_best(void)
{
    struct sched_entity *next = fair_pick(&q);

    CHECK(next);
    if (q.current && q.current != next)
        fair_put_current(&q);
    fair_set_current(&q, next);
    return next;
}

static void run(u64 ns)
{
    struct sched_entity *x = switch_to_best();
    u64 step = min(ns, max(fair_slice_left(&q), 1000UL));

    fair_run(&q, step);
    ran[x - e] += step;
    check_sums();
}

TEST(shares_follow_weights)
{
    for (unsigned round = 0; round < 20; round++) {
        unsigned n = 2 + (unsigned)test_below(N - 2);
        u64 total = 0, weights = 0;

        start(n, true);
        for (unsigned i = 0; i < 40000; i++)
            run(1000 + test_below(4 * NS_PER_MSEC));
        for (unsigned i = 0; i < n; i++) {
            total += ran[i];
            weights += e[i].weight;
        }
        for (unsigned i = 0; i < n; i++) {
            double due = (double)total * e[i].weight / (double)weights;
            double slack = 4.0 * SLICE_NS + due / 50;

            if ((double)ran[i] < due - slack || (double)ran[i] > due + slack)
                TEST_FAIL("thread %u of weight %u ran %lu, due %.0f", i,
                          e[i].weight, ran[i], due);
        }
    }
}

/* Everybody of equal weight gets a turn within a round and a half. */
TEST(nobody_waits_long)
{
    u64 last[N] = {0}, now = 0;

    start(N, false);
    for (unsigned i = 0; i < 20000; i++) {
        struct sched_entity *x;

        run(SLICE_NS);
        x = q.current;
        now += SLICE_NS;
        last[x - e] = now;
        for (unsigned k = 0; k < N; k++)
            CHECK(now - last[k] <= 2 * N * SLICE_NS);
    }
}

/* Sleepers and changes of weight: what one is owed is kept, not multiplied. */
TEST(sleep_and_wake)
{
    bool awake[N];
    u64 busy = 0;

    start(N, false);
    for (unsigned i = 0; i < N; i++)
        awake[i] = true;
    for (unsigned i = 0; i < test_scale(60000); i++) {
        unsigned k = (unsigned)test_below(N);

        if (k != 0 && test_below(3) == 0) {
            if (awake[k] && q.count > 1) {
                fair_dequeue(&q, &e[k]);
                e[k].queued = false;
                awake[k] = false;
            } else if (!awake[k]) {
                fair_enqueue(&q, &e[k], false);
                e[k].queued = true;
                awake[k] = true;
            }
        } else if (test_below(10) == 0) {
            fair_set_weight(&q, &e[k], sched_nice_weight[test_below(40)]);
        } else if (test_below(20) == 0 && q.current) {
            fair_yield(&q);
        }
        check_sums();
        run(100000 + test_below(NS_PER_MSEC));
        busy++;
        /* Keys stay small, or the sums would overflow. */
        for (unsigned x = 0; x < N; x++)
            if (awake[x])
                CHECK((s64)(e[x].vruntime - q.min_vruntime) <
                      (s64)(3000 * NS_PER_SEC));
    }
    CHECK(ran[0] > 0);
}

TEST(newcomer_runs_soon)
{
    start(8, false);
    for (unsigned i = 0; i < 1000; i++)
        run(SLICE_NS);
    for (unsigned round = 0; round < 50; round++) {
        u64 waited = 0;

        /* A sleeper that used little comes back. */
        fair_dequeue(&q, &e[3]);
        for (unsigned i = 0; i < 100; i++)
            run(SLICE_NS);
        fair_enqueue(&q, &e[3], false);
        while (switch_to_best() != &e[3]) {
            fair_run(&q, SLICE_NS);
            waited += SLICE_NS;
        }
        CHECK(waited <= 10 * SLICE_NS);
        for (unsigned i = 0; i < 5; i++)
            run(SLICE_NS);
    }
}
