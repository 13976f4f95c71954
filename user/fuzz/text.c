/* Programs as text, to show and to run again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

size_t program_print(const struct program *p, char *text, size_t room)
{
    size_t n =
        (size_t)snprintf(text, room, "program%s:", p->threads ? " x2" : "");

    for (uint32_t i = 0; i < p->count && n < room; i++) {
        const struct call *c = &p->calls[i];
        const struct call_type *t = &call_types[c->type];

        n += (size_t)snprintf(text + n, room - n, " %s@%u(", t->name, c->type);
        for (int k = 0; k < t->args && n < room; k++)
            n += (size_t)snprintf(text + n, room - n, "%s%llx", k ? "," : "",
                                  (unsigned long long)c->seed[k]);
        if (n < room)
            n += (size_t)snprintf(text + n, room - n, ")");
    }
    return n < room ? n : room - 1;
}

bool program_parse(struct program *p, const char *text)
{
    const char *at = strstr(text, "program");

    if (!at)
        return false;
    memset(p, 0, sizeof *p);
    p->threads = !strncmp(at, "program x2", 10);
    while ((at = strchr(at, '@')) && p->count < CALLS_MAX) {
        struct call *c = &p->calls[p->count];
        char *end;

        c->type = (uint16_t)strtoul(at + 1, &end, 10);
        if (c->type >= call_type_count || *end != '(')
            return false;
        for (int i = 0; i < ARGS_MAX && *end != ')' && *end; i++)
            c->seed[i] = strtoull(end + 1, &end, 16);
        at = end;
        p->count++;
    }
    return p->count != 0;
}
