/* Making and changing programs. */
#include <string.h>

#include "fuzz.h"

#define CALL_TYPES_MAX 512
#define KNOWN          (1u << 31)

static uint64_t state = 88172645463325252ull;

void random_seed(uint64_t seed)
{
    state = seed * 0x9e3779b97f4a7c15ull | 1;
    for (int i = 0; i < 8; i++)
        random_next();
}

uint64_t random_next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1dull;
}

uint32_t random_below(uint32_t n)
{
    return (uint32_t)((random_next() >> 32) * n >> 32);
}

static uint32_t find_kinds(const struct call_type *t)
{
    uint32_t kinds = t->gives;

    for (int i = 0; i < t->args; i++) {
        kinds |= t->arg[i].kinds;
        switch (t->arg[i].type) {
        case PATH:
        case DIRFD:
            kinds |= PATHS;
            break;
        case ADDRESS:
            kinds |= MEMORY;
            break;
        case SIGNO:
        case SIGSET:
        case SIGACTION:
            kinds |= SIGNALS;
            break;
        case TIMERID:
            kinds |= TIMERS | SIGNALS;
            break;
        case FUTEX:
            kinds |= FUTEXES;
            break;
        case PID:
            kinds |= PROCESSES;
            break;
        case USER:
            kinds |= IDS;
            break;
        case SEMID:
        case SEMOPS:
            kinds |= SEMS;
            break;
        case MSGID:
            kinds |= MSGS;
            break;
        case SHMID:
            kinds |= SHMS;
            break;
        default:
            break;
        }
    }
    return kinds;
}

/* An argument of the same type that the program has already: the same handle,
 * address, name or signal. */
static bool same_seed(const struct program *p, enum type type, uint64_t *seed)
{
    for (int tries = 0; tries < 8 && p->count; tries++) {
        const struct call *c = &p->calls[random_below(p->count)];
        const struct call_type *t = &call_types[c->type];

        for (int i = 0; i < t->args; i++) {
            if (t->arg[i].type == type) {
                *seed = c->seed[i];
                return true;
            }
        }
    }
    return false;
}

/* What a call has to do with. */
static uint32_t kinds_of(uint16_t type)
{
    static uint32_t known[CALL_TYPES_MAX];

    if (!known[type])
        known[type] = find_kinds(&call_types[type]) | KNOWN;
    return known[type] & ~KNOWN;
}

/* One of the bits; 0: there is none. */
static uint32_t one_of(uint32_t kinds)
{
    uint32_t n = (uint32_t)__builtin_popcount(kinds);

    if (!n)
        return 0;
    for (n = random_below(n); n; n--)
        kinds &= kinds - 1;
    return kinds & -kinds;
}

/* The kind of thing that a call makes: a handle, or what an argument has room
 * for. */
static uint32_t makes(uint16_t type)
{
    const struct call_type *t = &call_types[type];

    for (int i = 0; i < t->args; i++) {
        if (t->arg[i].type == NEWTIMER || t->arg[i].type == KEY)
            return t->arg[i].kinds;
    }
    return t->gives;
}

/* A call that has to do with `kind`, or that makes it; 0: any. */
static uint16_t choose_type(uint32_t kind, bool gives)
{
    uint16_t fit[CALL_TYPES_MAX];
    uint32_t n = 0;

    for (uint16_t i = 0; kind && i < call_type_count; i++) {
        if (gives ? makes(i) == kind : (kinds_of(i) & kind) != 0)
            fit[n++] = i;
    }
    if (n)
        return fit[random_below(n)];
    return gives ? choose_type(kind, false)
                 : (uint16_t)random_below((uint32_t)call_type_count);
}

static void fill_call(const struct program *p, struct call *c, uint16_t type)
{
    const struct call_type *t = &call_types[type];

    c->type = type;
    for (int i = 0; i < ARGS_MAX; i++) {
        c->seed[i] = random_next();
        if (i < t->args && random_below(3) == 0)
            same_seed(p, t->arg[i].type, &c->seed[i]);
    }
}

/* Any call, or rather one that has to do with another call of the program. */
static void new_call(const struct program *p, struct call *c)
{
    uint32_t kind = 0;

    if (p->count && random_below(4))
        kind = one_of(kinds_of(p->calls[random_below(p->count)].type));
    fill_call(p, c, choose_type(kind, false));
}

/* Most programs are about one kind of thing, each kind as often as the
 * others; those begin with a call that makes such a thing. */
void program_generate(struct program *p)
{
    uint32_t count = 2 + random_below(CALLS_MAX - 2);
    uint32_t kind = random_below(4) ? one_of(KINDS) : 0;

    p->threads = random_below(4) == 0;
    for (p->count = 0; p->count < count; p->count++) {
        struct call *c = &p->calls[p->count];

        if (kind && p->count == 0)
            fill_call(p, c, choose_type(kind, true));
        else if (kind && random_below(4))
            fill_call(p, c, choose_type(kind, false));
        else
            new_call(p, c);
    }
}

static void insert(struct program *p, const struct call *c)
{
    uint32_t at = random_below(p->count + 1);

    if (p->count == CALLS_MAX)
        p->count--;
    if (at > p->count)
        at = p->count;
    memmove(&p->calls[at + 1], &p->calls[at],
            (p->count - at) * sizeof p->calls[0]);
    p->calls[at] = *c;
    p->count++;
}

static void remove_call(struct program *p, uint32_t at)
{

    if (p->count < 2)
        return;
    p->count--;
    memmove(&p->calls[at], &p->calls[at + 1],
            (p->count - at) * sizeof p->calls[0]);
}

static uint64_t *some_seed(struct call *c)
{
    uint32_t args = call_types[c->type].args;

    return &c->seed[args ? random_below(args) : 0];
}

void program_mutate(struct program *p, const struct program *other)
{
    uint32_t steps = 1 + random_below(4);

    while (steps--) {
        struct call c, *at = &p->calls[random_below(p->count)];

        switch (random_below(8)) {
        case 0:
        case 1:
            new_call(p, &c);
            insert(p, &c);
            break;
        case 2:
            remove_call(p, random_below(p->count));
            break;
        case 3:
            insert(p, &other->calls[random_below(other->count)]);
            break;
        case 4: /* the same call once more, or nearly the same */
            c = *at;
            if (random_below(3))
                *some_seed(&c) = random_next();
            insert(p, &c);
            break;
        case 5:
            *some_seed(at) ^= 1ull << random_below(64);
            break;
        case 6:
            p->threads = !p->threads;
            break;
        default:
            *some_seed(at) = random_next();
            break;
        }
    }
}

void program_shrink(struct program *p)
{
    for (uint32_t i = p->count; i--;) {
        if (call_failed[i] && random_below(2))
            remove_call(p, i);
    }
}
