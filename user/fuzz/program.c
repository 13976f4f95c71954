/* Making and changing programs. */
#include <string.h>

#include "fuzz.h"

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

/* What a call has to do with. */
static uint32_t kinds_of(uint16_t type)
{
    const struct call_type *t = &call_types[type];
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
        case NEWTIMER:
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
        case KEY:
            kinds |= SEMS | MSGS | SHMS;
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

/* Any call, or rather one that has to do with another call of the program. */
static void new_call(const struct program *p, struct call *c)
{
    const struct call_type *t;
    uint32_t wanted = 0;

    if (p->count && random_below(4))
        wanted = kinds_of(p->calls[random_below(p->count)].type);
    for (int tries = 0; tries < 64; tries++) {
        c->type = (uint16_t)random_below((uint32_t)call_type_count);
        if (!wanted || kinds_of(c->type) & wanted)
            break;
    }
    t = &call_types[c->type];
    for (int i = 0; i < ARGS_MAX; i++) {
        c->seed[i] = random_next();
        if (i < t->args && random_below(3) == 0)
            same_seed(p, t->arg[i].type, &c->seed[i]);
    }
}

void program_generate(struct program *p)
{
    uint32_t count = 2 + random_below(CALLS_MAX - 2);

    p->threads = random_below(4) == 0;
    for (p->count = 0; p->count < count; p->count++)
        new_call(p, &p->calls[p->count]);
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

static void remove_one(struct program *p)
{
    uint32_t at = random_below(p->count);

    if (p->count < 2)
        return;
    p->count--;
    memmove(&p->calls[at], &p->calls[at + 1],
            (p->count - at) * sizeof p->calls[0]);
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
            remove_one(p);
            break;
        case 3:
            insert(p, &other->calls[random_below(other->count)]);
            break;
        case 4: /* the same call once more */
            c = *at;
            insert(p, &c);
            break;
        case 5:
            at->seed[random_below(ARGS_MAX)] ^= 1ull << random_below(64);
            break;
        case 6:
            p->threads = !p->threads;
            break;
        default:
            at->seed[random_below(ARGS_MAX)] = random_next();
            break;
        }
    }
}
