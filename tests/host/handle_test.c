// sources: tests/host/core_env.c kernel/core/page.c kernel/core/page_section.c
// sources: kernel/core/slab.c kernel/core/object.c kernel/core/handle.c
// flags: -Itests/host/hosted
/* Handle tables against an array; grants, their children, and revocation. */
#include "test.h"
#include "core_env.h"
#include "core/caller.h"
#include "core/object.h"
#include "core/slab.h"
#include "lib/errno.h"

struct thing {
    struct object object;
};
static int things, closes;

static void thing_release(struct object *obj)
{
    things--;
    free(container_of(obj, struct thing, object));
}

static int thing_close(struct object *obj, struct caller *who)
{
    (void)obj;
    (void)who;
    closes++;
    return -EIO;
}

static const struct object_ops ops = {
    .name = "thing",
    .release = thing_release,
    .close_handle = thing_close,
};

static struct grant *thing_grant(void)
{
    struct thing *t = malloc(sizeof(*t));
    struct grant *g;

    object_init(&t->object, OBJECT_FILE, &ops, 0);
    things++;
    g = grant_create(&t->object, RIGHT_ALL & ~RIGHT_WRITE);
    CHECK(!IS_ERR(g));
    return g;
}

static void start(void)
{
    static bool started;

    env_start();
    if (!started)
        object_init_caches();
    started = true;
}

#define SLOTS 5000
static struct {
    struct grant *grant; /* borrowed */
    bool reserved, cloexec;
} model[SLOTS];

static int lowest_free(int from)
{
    while (model[from].grant || model[from].reserved)
        from++;
    return from;
}

static void model_clear(struct handle_table *t, int fd)
{
    (void)t;
    model[fd].grant = NULL;
    model[fd].reserved = model[fd].cloexec = false;
}

static void step(struct handle_table *t, struct caller *who)
{
    int fd = (int)test_below(3000), got;
    bool cloexec = test_below(2);
    struct handle_ref ref;
    struct grant *g;

    switch (test_below(12)) {
    case 0:
    case 1:
    case 2:
        g = thing_grant();
        got = handle_add(who, g, cloexec ? HANDLE_CLOEXEC : 0);
        CHECK_EQ(got, lowest_free(0));
        model[got].grant = g;
        model[got].cloexec = cloexec;
        break;
    case 3:
        got = handle_reserve(who, fd, cloexec ? HANDLE_CLOEXEC : 0);
        CHECK_EQ(got, lowest_free(fd));
        CHECK_EQ(handle_get(who, got, 0, &ref), -EBADF);
        g = thing_grant();
        CHECK_EQ(handle_replace(who, got, grant_get(g), 0), -EBUSY);
        if (cloexec) {
            handle_unreserve(who, got);
            grant_put(g);
        } else {
            handle_install(who, got, g);
            model[got].grant = g;
            model[got].cloexec = false;
        }
        break;
    case 4:
        g = thing_grant();
        if (model[fd].grant)
            model_clear(t, fd);
        CHECK_EQ(handle_replace(who, fd, g, cloexec ? HANDLE_CLOEXEC : 0), fd);
        model[fd].grant = g;
        model[fd].cloexec = cloexec;
        break;
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
        got = handle_close(who, fd);
        CHECK_EQ(got, model[fd].grant ? -EIO : -EBADF);
        model_clear(t, fd);
        break;
    default:
        got = handle_set_slot_flags(who, fd, cloexec ? HANDLE_CLOEXEC : 0);
        CHECK_EQ(got, model[fd].grant ? 0 : -EBADF);
        if (model[fd].grant)
            model[fd].cloexec = cloexec;
    }
}

static void compare(struct handle_table *t, struct caller *who)
{
    u32 used = 0;

    for (int fd = 0; fd < SLOTS; fd++) {
        struct handle_ref ref;
        int error = handle_get(who, fd, RIGHT_READ, &ref);

        used += model[fd].grant != NULL;
        CHECK_EQ(error, model[fd].grant ? 0 : -EBADF);
        if (error)
            continue;
        CHECK(ref.grant == model[fd].grant);
        CHECK(ref.counted == handle_table_is_shared(t));
        handle_done(&ref);
        CHECK_EQ(handle_get(who, fd, RIGHT_WRITE, &ref), -EBADF);
        CHECK_EQ(handle_get_slot_flags(who, fd),
                 model[fd].cloexec ? HANDLE_CLOEXEC : 0);
    }
    CHECK_EQ(handle_table_used(t), used);
    env_run_rcu();
}

TEST(against_an_array)
{
    struct handle_table *t, *copy;
    struct caller who = {.limit_nofile = 1 << 20};
    struct grant *g;
    u32 flags;
    int fd, n = 0;

    start();
    t = handle_table_create();
    CHECK(!IS_ERR(t));
    who.handles = t;
    for (unsigned i = 0; i < test_scale(20000); i++) {
        if (i % 1000 == 0)
            compare(t, &who);
        step(t, &who);
        if (i == 10000)
            handle_table_get(t);
    }
    compare(t, &who);
    handle_table_put(t, &who);
    copy = handle_table_copy(t, ~0u);
    CHECK(!IS_ERR(copy));
    who.handles = copy;
    compare(copy, &who);
    for (fd = 0; (fd = handle_next(copy, (u32)fd, &g, &flags)) >= 0; fd++) {
        CHECK(model[fd].grant == g);
        grant_put(g);
        n++;
    }
    CHECK_EQ(n, handle_table_used(copy));
    handle_close_on_exec(&who);
    for (fd = 0; fd < SLOTS; fd++)
        if (model[fd].cloexec)
            model_clear(copy, fd);
    compare(copy, &who);
    handle_close_range(&who, 100, 1999, true);
    handle_close_range(&who, 2000, ~0u, false);
    for (fd = 100; fd < SLOTS; fd++) {
        if (fd >= 2000)
            model_clear(copy, fd);
        else
            model[fd].cloexec = model[fd].grant != NULL;
    }
    compare(copy, &who);
    handle_table_put(copy, &who);
    who.handles = t;
    handle_table_put(t, &who);
    env_run_rcu();
    CHECK_EQ(things, 0);
}

TEST(limits)
{
    struct handle_table *t;
    struct caller who = {.limit_nofile = 70};

    start();
    t = who.handles = handle_table_create();
    for (int i = 0; i < 70; i++)
        CHECK_EQ(handle_add(&who, thing_grant(), 0), i);
    CHECK_EQ(handle_add(&who, thing_grant(), 0), -EMFILE);
    CHECK_EQ(handle_reserve(&who, 70, 0), -EMFILE);
    CHECK_EQ(handle_reserve(&who, -1, 0), -EINVAL);
    CHECK_EQ(handle_replace(&who, 70, thing_grant(), 0), -EBADF);
    CHECK_EQ(handle_replace(&who, -5, thing_grant(), 0), -EBADF);
    CHECK_EQ(handle_close(&who, 2000000), -EBADF);
    who.limit_nofile = 1 << 20;
    CHECK_EQ(handle_replace(&who, (1 << 20) - 1, thing_grant(), 0),
             (1 << 20) - 1);
    CHECK_EQ(handle_add(&who, thing_grant(), 0), 70);
    CHECK_EQ(handle_reserve(&who, (1 << 20) - 1, 0), -EMFILE);
    for (unsigned n = 1; n < 8; n++) {
        struct handle_table *copy;

        env_fail_allocation(n);
        copy = handle_table_copy(t, ~0u);
        env_fail_allocation(0);
        if (IS_ERR(copy))
            CHECK_EQ(PTR_ERR(copy), -ENOMEM);
        else
            handle_table_put(copy, &who);
    }
    handle_table_put(t, &who);
    env_run_rcu();
    CHECK_EQ(things, 0);
}

/* A million slots: each lowest free one must not cost a scan. */
TEST(many)
{
    struct handle_table *t;
    struct caller who = {.limit_nofile = 1 << 20};
    struct grant *g;

    start();
    t = who.handles = handle_table_create();
    g = thing_grant();
    for (int i = 0; i < 1 << 20; i++)
        CHECK_EQ(handle_add(&who, grant_get(g), 0), i);
    CHECK_EQ(handle_add(&who, grant_get(g), 0), -EMFILE);
    for (int i = 0; i < 10000; i++) {
        int fd = (int)test_below(1 << 20);

        CHECK_EQ(handle_close(&who, fd), -EIO);
        CHECK_EQ(handle_add(&who, grant_get(g), 0), fd);
    }
    handle_table_put(t, &who);
    grant_put(g);
    env_run_rcu();
    CHECK_EQ(things, 0);
}

/* --------------------------------------------------------------- revocation */

struct test_use {
    struct grant_use use;
    int called;
    bool end_inside;
};

static void on_revoked(struct grant_use *use)
{
    struct test_use *u = container_of(use, struct test_use, use);

    u->called++;
    if (u->end_inside)
        CHECK(grant_use_end(use));
}

TEST(revocation)
{
    enum {
        N = 300
    };
    static struct grant *g[N];
    static int parent[N];
    static struct test_use uses[N];
    int at;

    start();
    for (int round = 0; round < 20; round++) {
        env_run_rcu();
        g[0] = thing_grant();
        parent[0] = -1;
        for (int i = 1; i < N; i++) {
            parent[i] = (int)test_below((u64)i);
            g[i] = grant_derive(g[parent[i]], (u32)test_random());
            CHECK(!IS_ERR(g[i]));
            CHECK((g[i]->rights & ~g[parent[i]]->rights) == 0);
        }
        for (int i = 0; i < N; i++) {
            uses[i] = (struct test_use){.end_inside = i % 3 == 0};
            CHECK_EQ(grant_use_begin(&uses[i].use, g[i], on_revoked), 0);
        }
        /* One in the middle, then one above it. */
        for (int turn = 0; turn < 2; turn++) {
            at = turn ? 0 : (int)test_below(N);
            grant_revoke(g[at]);
            for (int i = 0; i < N; i++) {
                bool below = false;

                for (int up = i; up >= 0; up = parent[up])
                    below |= up == at;
                if (below) {
                    struct test_use late;

                    CHECK(grant_is_revoked(g[i]));
                    CHECK_EQ(uses[i].called, 1);
                    CHECK_EQ(grant_use_begin(&late.use, g[i], on_revoked),
                             -EBADF);
                    CHECK_EQ(PTR_ERR(grant_derive(g[i], RIGHT_ALL)), -EBADF);
                } else if (!turn) {
                    CHECK(!grant_is_revoked(g[i]));
                    CHECK_EQ(uses[i].called, 0);
                }
            }
        }
        for (int i = 0; i < N; i++) {
            if (!uses[i].end_inside)
                CHECK(grant_use_end(&uses[i].use));
            CHECK(!grant_use_end(&uses[i].use));
        }
        /* In any order: children keep their parents. */
        for (int i = 0; i < N; i++)
            grant_put(g[(i * 7) % N]);
        CHECK(env_run_rcu() == N);
        CHECK_EQ(things, 0);
    }
}
