#include "core/runqueue.h"

/* Linux's: each step of nice is about 10 % of CPU time between two threads. */
const u32 sched_nice_weight[40] = {
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
    9548,  7620,  6100,  4904,  3906,  3121,  2501,  1991,  1586,  1277,
    1024,  820,   655,   526,   423,   335,   272,   215,   172,   137,
    110,   87,    70,    56,    45,    36,    29,    23,    18,    15};

u32 sched_weight_of(const struct thread *t)
{
    return t->policy == SCHED_IDLE ? WEIGHT_IDLE
                                   : sched_nice_weight[t->nice + 20];
}

static inline u64 to_virtual(u64 ns, u32 weight)
{
    return weight == WEIGHT_NICE_0 ? ns : ns * WEIGHT_NICE_0 / weight;
}

static inline struct sched_entity *entity_of(struct rb_node *n)
{
    return rb_entry(n, struct sched_entity, node);
}

/* Virtual times wrap; differences do not. */
static inline bool before(u64 a, u64 b)
{
    return (s64)(a - b) < 0;
}

static inline s64 key_of(const struct fair_queue *q,
                         const struct sched_entity *e)
{
    return (s64)(e->vruntime - q->min_vruntime);
}

static void least_update(struct rb_node *n)
{
    u64 least = entity_of(n)->vruntime;

    if (n->left && before(entity_of(n->left)->min_vruntime, least))
        least = entity_of(n->left)->min_vruntime;
    if (n->right && before(entity_of(n->right)->min_vruntime, least))
        least = entity_of(n->right)->min_vruntime;
    entity_of(n)->min_vruntime = least;
}
static const struct rb_augment by_least = {least_update};

static void tree_add(struct fair_queue *q, struct sched_entity *e)
{
    struct rb_node **link = &q->tree.root.node, *parent = NULL;
    bool leftmost = true;

    while (*link) {
        parent = *link;
        if (before(e->deadline, entity_of(parent)->deadline)) {
            link = &parent->left;
        } else {
            link = &parent->right;
            leftmost = false;
        }
    }
    e->min_vruntime = e->vruntime;
    rb_link_node(&e->node, parent, link);
    rb_insert_augmented_cached(&e->node, &q->tree, leftmost, &by_least);
    q->sum += key_of(q, e) * (s64)e->weight;
    q->load += e->weight;
}

static void tree_remove(struct fair_queue *q, struct sched_entity *e)
{
    rb_erase_augmented_cached(&e->node, &q->tree, &by_least);
    q->sum -= key_of(q, e) * (s64)e->weight;
    q->load -= e->weight;
}

static void totals(const struct fair_queue *q, s64 *sum, s64 *load)
{
    *sum = q->sum;
    *load = (s64)q->load;
    if (q->current) {
        *sum += key_of(q, q->current) * (s64)q->current->weight;
        *load += q->current->weight;
    }
}

/* The virtual time at which nobody is owed anything. */
static u64 average(const struct fair_queue *q)
{
    s64 sum, load;

    totals(q, &sum, &load);
    if (!load)
        return q->min_vruntime;
    /* Round down, so that the average itself is eligible. */
    if (sum < 0)
        sum -= load - 1;
    return q->min_vruntime + (u64)(sum / load);
}

static bool eligible(const struct fair_queue *q, u64 vruntime)
{
    s64 sum, load;

    totals(q, &sum, &load);
    return sum >= (s64)(vruntime - q->min_vruntime) * load;
}

/* Moves the origin up to the least virtual time, so that keys stay small. */
static void advance_origin(struct fair_queue *q)
{
    u64 least = q->min_vruntime;
    struct rb_node *root = q->tree.root.node;
    s64 step;

    if (q->current) {
        least = q->current->vruntime;
        if (root && before(entity_of(root)->min_vruntime, least))
            least = entity_of(root)->min_vruntime;
    } else if (root) {
        least = entity_of(root)->min_vruntime;
    }
    step = (s64)(least - q->min_vruntime);
    if (step <= 0)
        return;
    q->sum -= (s64)q->load * step;
    q->min_vruntime = least;
}

static void place(struct fair_queue *q, struct sched_entity *e, bool fresh)
{
    u64 slice = to_virtual(e->slice, e->weight);
    u64 now = average(q);
    s64 lag = 0;

    if (q->count) {
        s64 load = (s64)q->load + (q->current ? q->current->weight : 0);

        /* Its own coming moves the average: ask for as much more. */
        lag = e->lag;
        if (load)
            lag = lag * (load + (s64)e->weight) / load;
    }
    e->vruntime = now - (u64)lag;
    /* Newcomers start with half a slice, to be fair to those who are here. */
    e->deadline = e->vruntime + (fresh ? slice / 2 : slice);
}

void fair_enqueue(struct fair_queue *q, struct sched_entity *e, bool fresh)
{
    place(q, e, fresh);
    tree_add(q, e);
    q->count++;
    advance_origin(q);
}

void fair_dequeue(struct fair_queue *q, struct sched_entity *e)
{
    s64 limit = (s64)to_virtual(2 * e->slice, e->weight);

    e->lag = (s64)(average(q) - e->vruntime);
    e->lag = clamp(e->lag, -limit, limit);
    if (q->current == e)
        q->current = NULL;
    else
        tree_remove(q, e);
    q->count--;
    advance_origin(q);
}

bool fair_run(struct fair_queue *q, u64 ns)
{
    struct sched_entity *e = q->current;

    if (!e)
        return false;
    e->vruntime += to_virtual(ns, e->weight);
    advance_origin(q);
    if (before(e->vruntime, e->deadline))
        return false;
    e->deadline = e->vruntime + to_virtual(e->slice, e->weight);
    return q->count > 1;
}

/*
 * The tree is by deadline, and each node knows the least virtual time below
 * it: an eligible thread is below a node exactly if that one is eligible.
 */
static struct sched_entity *pick_from_tree(struct fair_queue *q)
{
    struct rb_node *n = q->tree.root.node;

    if (!n)
        return NULL;
    if (eligible(q, entity_of(q->tree.leftmost)->vruntime))
        return entity_of(q->tree.leftmost);
    while (n) {
        if (n->left && eligible(q, entity_of(n->left)->min_vruntime))
            n = n->left;
        else if (eligible(q, entity_of(n)->vruntime))
            return entity_of(n);
        else
            n = n->right;
    }
    return NULL;
}

struct sched_entity *fair_pick(struct fair_queue *q)
{
    struct sched_entity *best, *e = q->current;

    if (q->count == 1)
        return e ? e : entity_of(q->tree.leftmost);
    best = pick_from_tree(q);
    if (e && eligible(q, e->vruntime) &&
        (!best || !before(best->deadline, e->deadline)))
        return e;
    if (best)
        return best;
    /* Rounding may leave nobody eligible. */
    return q->tree.leftmost ? entity_of(q->tree.leftmost) : e;
}

void fair_set_current(struct fair_queue *q, struct sched_entity *e)
{
    if (q->current == e)
        return;
    tree_remove(q, e);
    q->current = e;
}

void fair_put_current(struct fair_queue *q)
{
    struct sched_entity *e = q->current;

    q->current = NULL;
    tree_add(q, e);
}

void fair_yield(struct fair_queue *q)
{
    struct sched_entity *e = q->current;

    if (!e)
        return;
    /* Behind everybody who is eligible now. */
    if (before(e->vruntime, average(q)))
        e->vruntime = average(q);
    e->deadline += to_virtual(e->slice, e->weight);
    advance_origin(q);
}

u64 fair_slice_left(const struct fair_queue *q)
{
    const struct sched_entity *e = q->current;
    s64 left = e ? (s64)(e->deadline - e->vruntime) : 0;

    if (left <= 0)
        return 0;
    return (u64)left * e->weight / WEIGHT_NICE_0;
}

void fair_set_weight(struct fair_queue *q, struct sched_entity *e, u32 weight)
{
    bool in_tree = e->queued && q->current != e;
    u64 avg = average(q);
    s64 lag = (s64)(avg - e->vruntime);
    s64 left = (s64)(e->deadline - e->vruntime);

    if (!e->queued) {
        e->lag = e->lag * e->weight / weight;
        e->weight = weight;
        return;
    }
    if (in_tree)
        tree_remove(q, e);
    /* What it is owed, and what is left of its slice, in real time stays. */
    e->vruntime = avg - (u64)(lag * e->weight / weight);
    e->deadline = e->vruntime + (u64)(left * e->weight / weight);
    e->weight = weight;
    if (in_tree)
        tree_add(q, e);
    advance_origin(q);
}
