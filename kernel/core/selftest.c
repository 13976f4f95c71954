#include "core/selftest.h"

#ifdef CONFIG_DEBUG

#include "core/caller.h"
#include "core/cpu.h"
#include "core/init.h"
#include "core/log.h"
#include "core/object.h"
#include "core/page.h"
#include "core/random.h"
#include "core/rcu.h"
#include "core/request.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/time.h"
#include "core/ubsan.h"
#include "core/wait.h"
#include "lib/errno.h"
#include "lib/string.h"

#define CHECK(condition)                                            \
    do {                                                            \
        if (!(condition))                                           \
            panic("selftest: line %d: %s\n", __LINE__, #condition); \
    } while (0)

/* ------------------------------------------------------- many threads at once
 */

struct crew {
    void (*job)(u32 number, void *arg);
    void *arg;
    atomic_t next, left;
    struct wait_queue done;
};

static void crew_member(void *arg)
{
    struct crew *c = arg;
    u32 number = (u32)atomic_fetch_add(1, &c->next);

    c->job(number, c->arg);
    if (atomic_dec_return(&c->left) == 0)
        wake_up_all(&c->done);
}

/* Two threads a CPU; returns when all are through. */
static void run_crew(const char *name, void (*job)(u32 number, void *arg),
                     void *arg)
{
    u32 n = 2 * cpumask_weight(&cpus_online) + 1;
    struct crew *c = kzalloc(sizeof(*c), 0);

    CHECK(c);
    *c = (struct crew){.job = job, .arg = arg};
    wait_queue_init(&c->done);
    atomic_store(&c->left, (int)n);
    for (u32 i = 0; i < n; i++)
        CHECK(!IS_ERR(kthread_create(crew_member, c, "test/%u", i)));
    wait_event(&c->done, atomic_load(&c->left) == 0);
    synchronize_rcu();
    kfree(c);
    log_info("selftest: %s ok\n", name);
}

#define ROUNDS 2000

/* ------------------------------------------------------------------- locks */

struct shared {
    spinlock_t spin;
    mutex_t mutex;
    rwlock_t rw;
    u64 by_spin, by_mutex, by_rw;
    u64 pair[2]; /* equal whenever rw is not held for writing */
};

static void locks_job(u32 number, void *arg)
{
    struct shared *s = arg;

    for (u32 i = 0; i < ROUNDS; i++) {
        unsigned long flags = spin_lock_irqsave(&s->spin);

        s->by_spin++;
        spin_unlock_irqrestore(&s->spin, flags);
        mutex_lock(&s->mutex);
        s->by_mutex++;
        if (i % 64 == 0)
            sched_yield();
        mutex_unlock(&s->mutex);
        if ((i + number) % 4 == 0) {
            write_lock(&s->rw);
            s->pair[0]++;
            if (i % 32 == 0)
                sched_yield();
            s->pair[1]++;
            s->by_rw++;
            if (i % 8 == 0) {
                write_downgrade(&s->rw);
                CHECK(s->pair[0] == s->pair[1]);
                read_unlock(&s->rw);
            } else {
                write_unlock(&s->rw);
            }
        } else {
            read_lock(&s->rw);
            CHECK(s->pair[0] == s->pair[1]);
            read_unlock(&s->rw);
        }
    }
}

static void test_locks(void)
{
    struct shared *s = kzalloc(sizeof(*s), 0);
    u32 n = 2 * cpumask_weight(&cpus_online) + 1;

    CHECK(s);
    spin_init(&s->spin, "test.spin");
    mutex_init(&s->mutex, "test.mutex");
    rwlock_init(&s->rw, "test.rw");
    run_crew("locks", locks_job, s);
    CHECK(s->by_spin == (u64)n * ROUNDS);
    CHECK(s->by_mutex == (u64)n * ROUNDS);
    CHECK(s->by_rw == s->pair[0]);
    kfree(s);
}

/* ----------------------------------------------------------------- waiting */

struct baton {
    struct wait_queue queue;
    atomic_t turn;
};

/* Threads pass a number round: a lost wake-up hangs. */
static void baton_job(u32 number, void *arg)
{
    struct baton *b = arg;
    u32 n = 2 * cpumask_weight(&cpus_online) + 1;

    for (u32 i = 0; i < 200; i++) {
        wait_event(&b->queue, (u32)atomic_load(&b->turn) % n == number);
        atomic_inc(&b->turn);
        if (i % 2)
            wake_up_all(&b->queue);
        else
            wait_queue_wake_sync(&b->queue, 0, 0);
    }
}

static void test_waiting(void)
{
    struct baton b = {0};
    u64 before;

    wait_queue_init(&b.queue);
    run_crew("wait queues", baton_job, &b);
    before = time_monotonic();
    CHECK(wait_event_interruptible_until(
              &b.queue, false, before + 5 * NS_PER_MSEC) == -ETIMEDOUT);
    CHECK(time_monotonic() >= before + 5 * NS_PER_MSEC);
}

/* --------------------------------------------------------------------- RCU */

struct rcu_item {
    u64 a, b; /* a == ~b while a reader can see it */
    struct rcu_head rcu;
};
static struct rcu_item *rcu_item;
static atomic_t rcu_freed;

static void rcu_item_free(struct rcu_head *head)
{
    struct rcu_item *item = container_of(head, struct rcu_item, rcu);

    item->b = item->a = 1;
    kfree(item);
    atomic_inc(&rcu_freed);
}

static void rcu_job(u32 number, void *arg)
{
    (void)arg;
    for (u32 i = 0; i < ROUNDS; i++) {
        if ((number + i) % 8 == 0) {
            struct rcu_item *item = kmalloc(sizeof(*item), 0), *old;

            CHECK(item);
            item->a = i;
            item->b = ~(u64)i;
            old = xchg(&rcu_item, item);
            if (old)
                call_rcu(&old->rcu, rcu_item_free);
        } else {
            struct rcu_item *item;

            rcu_read_lock();
            item = rcu_dereference(rcu_item);
            if (item)
                for (u32 k = 0; k < 20; k++)
                    CHECK(READ_ONCE(item->a) == ~READ_ONCE(item->b));
            rcu_read_unlock();
        }
    }
}

static void test_rcu(void)
{
    struct rcu_item *last;

    run_crew("rcu", rcu_job, NULL);
    last = xchg(&rcu_item, NULL);
    synchronize_rcu();
    kfree(last);
    rcu_barrier();
    CHECK(atomic_load(&rcu_freed) > 0);
}

/* ------------------------------------------------------------------ timers */

struct test_timer {
    struct timer timer;
    u64 deadline;
    atomic_t fired;
};

static void test_timer_fired(struct timer *t)
{
    struct test_timer *tt = container_of(t, struct test_timer, timer);

    CHECK(time_monotonic() >= tt->deadline);
    atomic_inc(&tt->fired);
}

static void timers_job(u32 number, void *arg)
{
    struct test_timer *t = kzalloc(16 * sizeof(*t), 0);

    (void)arg;
    CHECK(t);
    for (u32 i = 0; i < 16; i++)
        timer_setup(&t[i].timer, test_timer_fired);
    for (u32 round = 0; round < 20; round++) {
        for (u32 i = 0; i < 16; i++) {
            timer_cancel_sync(&t[i].timer);
            t[i].deadline =
                time_monotonic() + random_below(2 * NS_PER_MSEC) + number;
            timer_start(&t[i].timer, t[i].deadline);
        }
        time_sleep(random_below(NS_PER_MSEC));
        for (u32 i = 0; i < 16; i += 2)
            timer_cancel_sync(&t[i].timer);
    }
    time_sleep(4 * NS_PER_MSEC);
    for (u32 i = 0; i < 16; i++) {
        CHECK(!timer_cancel_sync(&t[i].timer));
        CHECK(i % 2 == 0 || atomic_load(&t[i].fired) > 0);
    }
    kfree(t);
}

/* Two fire together; the first wakes a thread, which may set the hardware for
 * something late, the second starts itself again. */
struct chain {
    struct timer wake, again;
    struct thread *thread;
    atomic_t rounds;
};

static void chain_wake(struct timer *t)
{
    thread_wake(container_of(t, struct chain, wake)->thread);
}

static void chain_again(struct timer *t)
{
    struct chain *c = container_of(t, struct chain, again);

    if (atomic_inc_return(&c->rounds) < 20)
        timer_start(t, time_monotonic() + NS_PER_MSEC);
}

static void test_timer_chain(void)
{
    struct chain c = {.thread = thread_current()};
    u64 start = time_monotonic();

    timer_setup(&c.wake, chain_wake);
    timer_setup(&c.again, chain_again);
    preempt_disable();
    timer_start(&c.wake, start + NS_PER_MSEC);
    timer_start(&c.again, start + NS_PER_MSEC + 1);
    preempt_enable();
    while (atomic_load(&c.rounds) < 20) {
        CHECK(time_monotonic() - start < 60 * NS_PER_SEC);
        timer_cancel_sync(&c.wake);
        timer_start(&c.wake, time_monotonic() + NS_PER_MSEC);
        thread_set_state(THREAD_UNINTERRUPTIBLE);
        schedule();
    }
    timer_cancel_sync(&c.wake);
}

/* --------------------------------------------------------------- allocators */

static void memory_job(u32 number, void *arg)
{
    enum {
        KEPT = 64
    };
    u8 **kept = kzalloc(KEPT * sizeof(*kept), 0);
    size_t *sizes = kzalloc(KEPT * sizeof(*sizes), 0);

    (void)arg;
    CHECK(kept && sizes);
    for (u32 i = 0; i < ROUNDS; i++) {
        u32 k = (u32)random_below(KEPT);

        if (kept[k]) {
            CHECK(!memchr_inv(kept[k], (u8)(k + number), sizes[k]));
            kvfree(kept[k]);
            kept[k] = NULL;
            continue;
        }
        sizes[k] = 1 + random_below(i % 64 ? 1500 : 40000);
        kept[k] = i % 128 == 1 ? vmalloc(sizes[k], 0) : kmalloc(sizes[k], 0);
        CHECK(kept[k]);
        memset(kept[k], (int)(k + number) & 0xff, sizes[k]);
    }
    for (u32 k = 0; k < KEPT; k++)
        kvfree(kept[k]);
    kfree(kept);
    kfree(sizes);
}

static void pages_job(u32 number, void *arg)
{
    enum {
        KEPT = 32
    };
    struct page *kept[KEPT] = {NULL};

    (void)arg;
    for (u32 i = 0; i < ROUNDS; i++) {
        u32 k = (u32)random_below(KEPT), order = random_below(16) ? 0 : 3;

        if (kept[k]) {
            CHECK(*(u64 *)page_address(kept[k]) == number * 1000UL + k);
            page_put(kept[k]);
            kept[k] = NULL;
            continue;
        }
        kept[k] = page_alloc(order, i % 2 ? ALLOC_ZERO : 0);
        CHECK(kept[k]);
        CHECK(!(i % 2) ||
              !memchr_inv(page_address(kept[k]), 0, PAGE_SIZE << order));
        *(u64 *)page_address(kept[k]) = number * 1000UL + k;
    }
    for (u32 k = 0; k < KEPT; k++)
        if (kept[k])
            page_put(kept[k]);
}

/* --------------------------------------------------------------- scheduling */

static void affinity_job(u32 number, void *arg)
{
    u32 cpus = cpumask_weight(&cpus_online);

    (void)arg;
    for (u32 i = 0; i < 50; i++) {
        struct cpumask one = {{0}};
        u32 cpu = (number + i) % cpus;

        cpumask_set(&one, cpu);
        CHECK(sched_set_affinity(thread_current(), &one) == 0);
        preempt_disable();
        CHECK(cpu_current() == cpu);
        preempt_enable();
        if (i % 5 == 0)
            sched_set_nice(thread_current(), (int)(i % 40) - 20);
        if (i % 7 == 0)
            CHECK(!sched_set_policy(thread_current(),
                                    i % 2 ? SCHED_RR : SCHED_FIFO, 10));
        if (i % 7 == 3)
            CHECK(!sched_set_policy(thread_current(), SCHED_NORMAL, 0));
        sched_yield();
    }
}

static void calls_count(void *arg)
{
    atomic_inc(arg);
}

static void calls_job(u32 number, void *arg)
{
    (void)number;
    (void)arg;
    for (u32 i = 0; i < 100; i++) {
        atomic_t count = ATOMIC_INIT(0);

        cpu_call(&cpus_online, calls_count, &count);
        CHECK((u32)atomic_load(&count) == cpumask_weight(&cpus_online));
    }
}

static void count_work(struct work *w);
struct counted_work {
    struct work work;
    atomic_t runs;
};
static void count_work(struct work *w)
{
    struct counted_work *c = container_of(w, struct counted_work, work);

    time_sleep(100 * NS_PER_USEC);
    atomic_inc(&c->runs);
}

static void works_job(u32 number, void *arg)
{
    struct counted_work w;

    (void)number;
    (void)arg;
    work_init(&w.work, count_work);
    atomic_store(&w.runs, 0);
    for (u32 i = 0; i < 20; i++) {
        CHECK(work_queue(&w.work));
        work_flush(&w.work);
        CHECK((u32)atomic_load(&w.runs) == i + 1);
    }
}

/* ------------------------------------------------------------------ objects */

struct test_object {
    struct object object;
    struct wait_queue queue;
    atomic_t level; /* bytes that a reader may take */
};
static atomic_t test_objects;

static void test_release(struct object *obj)
{
    struct test_object *t = container_of(obj, struct test_object, object);

    atomic_dec(&test_objects);
    kfree(t);
}

static ssize_t test_read(struct object *obj, struct io_request *req)
{
    struct test_object *t = container_of(obj, struct test_object, object);
    unsigned long flags = spin_lock_irqsave(&t->queue.lock);
    ssize_t result;

    if (atomic_load(&t->level) > 0) {
        atomic_dec(&t->level);
        result = 1;
    } else if (req->flags & REQ_NOWAIT) {
        result = -EAGAIN;
    } else {
        result = -EIOCBQUEUED;
    }
    spin_unlock_irqrestore(&t->queue.lock, flags);
    if (result == -EIOCBQUEUED) {
        request_wait(req, &t->queue);
        /* The level may have changed before the request was on the queue. */
        if (atomic_load(&t->level) > 0)
            wake_up_one(&t->queue);
    }
    return result;
}

static const struct object_ops test_ops = {
    .name = "test",
    .release = test_release,
    .read = test_read,
};

static struct grant *test_grant(void)
{
    struct test_object *t = kzalloc(sizeof(*t), 0);
    struct grant *g;

    CHECK(t);
    object_init(&t->object, OBJECT_EVENTFD, &test_ops, 0);
    wait_queue_init(&t->queue);
    atomic_inc(&test_objects);
    g = grant_create(&t->object, RIGHT_ALL);
    CHECK(!IS_ERR(g));
    return g;
}

static void handles_job(u32 number, void *arg)
{
    struct caller who = {.handles = arg, .limit_nofile = 1 << 20};

    for (u32 i = 0; i < 300; i++) {
        struct handle_ref ref;
        int fd = handle_add(&who, test_grant(), i % 2 ? HANDLE_CLOEXEC : 0);

        CHECK(fd >= 0);
        CHECK(handle_get(&who, fd, RIGHT_READ, &ref) == 0);
        if (i % 3 == 0) {
            struct grant *child = grant_derive(ref.grant, RIGHT_READ);
            int other;

            CHECK(!IS_ERR(child) && child->rights == RIGHT_READ);
            other = handle_add(&who, child, 0);
            CHECK(other >= 0);
            grant_revoke(ref.grant);
            handle_done(&ref);
            CHECK(handle_get(&who, other, RIGHT_READ, &ref) == -EBADF);
            CHECK(handle_close(&who, other) == 0);
        } else {
            handle_done(&ref);
        }
        if (i % 16 == number % 16) {
            int at = handle_replace(&who, (int)random_below(5000) + 2000,
                                    test_grant(), 0);
            CHECK(at >= 2000);
        }
        CHECK(handle_close(&who, fd) == 0);
        CHECK(handle_get(&who, -1, 0, &ref) == -EBADF);
    }
}

static void test_handles(void)
{
    struct handle_table *t = handle_table_create(), *copy;
    struct caller who = {.handles = t, .limit_nofile = 1 << 20};

    CHECK(!IS_ERR(t));
    handle_table_get(t); /* shared: counted look-ups */
    run_crew("handles", handles_job, t);
    copy = handle_table_copy(t, ~0u);
    CHECK(!IS_ERR(copy));
    CHECK(handle_table_used(copy) == handle_table_used(t));
    handle_close_range(&who, 0, ~0u, false);
    CHECK(handle_table_used(t) == 0);
    handle_table_put(t, &who);
    handle_table_put(t, &who);
    CHECK(atomic_load(&test_objects) > 0);
    handle_table_put(copy, &who);
    CHECK(atomic_load(&test_objects) == 0);
}

/* Readers block; half of them are fed, then the grant is revoked. */
struct blocked {
    struct grant *grant;
    atomic_t fed, revoked, started;
};

static void blocked_job(u32 number, void *arg)
{
    struct blocked *b = arg;
    struct test_object *t =
        container_of(b->grant->object, struct test_object, object);
    struct caller who = {.flags = CALLER_KERNEL};
    struct io_request req;
    ssize_t n;

    if (number == 0) {
        for (u32 i = 0; i < 100; i++) {
            atomic_inc(&t->level);
            wake_up_one(&t->queue);
            if (i % 10 == 0)
                time_sleep(200 * NS_PER_USEC);
        }
        while (atomic_load(&b->fed) < 100)
            time_sleep(200 * NS_PER_USEC);
        grant_revoke(b->grant);
        CHECK(list_empty(&b->grant->uses));
        return;
    }
    do {
        request_init(&req, &who, &t->object, test_read);
        iter_init_discard(&req.iter, 1);
        if (number % 2)
            req.deadline = time_monotonic() + NS_PER_MSEC;
        n = request_run(&req, b->grant);
        CHECK(n == 1 || n == -EBADF || (n == -EAGAIN && number % 2));
        if (n == 1)
            atomic_inc(&b->fed);
    } while (n != -EBADF);
    atomic_inc(&b->revoked);
}

static void test_requests(void)
{
    struct blocked b = {.grant = test_grant()};

    run_crew("requests", blocked_job, &b);
    CHECK(atomic_load(&b.fed) == 100);
    CHECK(atomic_load(&b.revoked) > 0);
    grant_put(b.grant);
    CHECK(atomic_load(&test_objects) == 0);
}

/* ---------------------------------------------------------------- hand-off */

static struct thread *hand_off_partner;
static atomic_t hand_off_turns;

static void partner(void *arg)
{
    struct thread *other = arg;

    for (u32 i = 0; i < 100; i++) {
        while (atomic_load(&hand_off_turns) % 2 == 0) {
            thread_set_state(THREAD_UNINTERRUPTIBLE);
            if (atomic_load(&hand_off_turns) % 2 == 0)
                schedule();
            thread_set_state(THREAD_RUNNING);
        }
        atomic_inc(&hand_off_turns);
        thread_set_state(THREAD_UNINTERRUPTIBLE);
        if (i == 99)
            thread_set_state(THREAD_RUNNING);
        sched_hand_off(other);
    }
}

static void test_hand_off(void)
{
    hand_off_partner = kthread_create(partner, thread_current(), "partner");
    CHECK(!IS_ERR(hand_off_partner));
    for (u32 i = 0; i < 100; i++) {
        atomic_inc(&hand_off_turns);
        thread_set_state(THREAD_UNINTERRUPTIBLE);
        sched_hand_off(hand_off_partner);
        while (atomic_load(&hand_off_turns) % 2) {
            thread_set_state(THREAD_UNINTERRUPTIBLE);
            if (atomic_load(&hand_off_turns) % 2)
                schedule_until(time_monotonic() + 10 * NS_PER_MSEC);
        }
        thread_set_state(THREAD_RUNNING);
    }
    log_info("selftest: hand-off ok\n");
}

/* ------------------------------------------------------ the checks themselves
 */

static void test_lock_order(void)
{
    static spinlock_t a = SPINLOCK_INIT("test.a"), b = SPINLOCK_INIT("test.b");

    spin_lock(&a);
    spin_lock(&b);
    spin_unlock(&b);
    spin_unlock(&a);
    spin_lock(&b);
    spin_lock(&a);
    spin_unlock(&a);
    spin_unlock(&b);
    CHECK(lockdep_reports == 1);
    log_info("selftest: lock order ok\n");
}

void selftest_run(void)
{
    const char *what = boot_option("selftest");

    if (!what)
        return;
    test_locks();
    test_waiting();
    test_rcu();
    run_crew("timers", timers_job, NULL);
    test_timer_chain();
    run_crew("slab", memory_job, NULL);
    run_crew("pages", pages_job, NULL);
    run_crew("affinity", affinity_job, NULL);
    run_crew("cpu calls", calls_job, NULL);
    run_crew("work queues", works_job, NULL);
    test_handles();
    test_requests();
    test_hand_off();
    CHECK(lockdep_reports == 0);
    CHECK(ubsan_reports == 0);
    if (!strcmp(what, "continue"))
        return;
    test_lock_order();
    log_info("selftest: all ok\n");
    machine_power_off();
}

#endif
