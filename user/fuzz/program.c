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

static void new_call(struct call *c)
{
    c->type = (uint16_t)random_below((uint32_t)call_type_count);
    for (int i = 0; i < ARGS_MAX; i++)
        c->seed[i] = random_next();
}

void program_generate(struct program *p)
{
    p->count = 2 + random_below(CALLS_MAX - 2);
    p->threads = random_below(4) == 0;
    for (uint32_t i = 0; i < p->count; i++)
        new_call(&p->calls[i]);
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
            new_call(&c);
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
