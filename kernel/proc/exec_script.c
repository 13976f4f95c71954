/* "#!" scripts: the interpreter runs with the script's path as argument. */
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/exec.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* The parts of the line; they lie in `line`, which is cut up. */
static int parse_line(char *line, size_t size, char **interpreter,
                      char **argument)
{
    char *end = memchr(line, '\n', size);
    char *p = line + 2;
    bool newline = end;

    if (!end) {
        /* Without a newline the interpreter's path must be whole: something
         * must follow it (binfmt_script.c). */
        char *q = p;
        end = line + size;
        while (q < end && is_space(*q))
            q++;
        while (q < end && *q && !is_space(*q))
            q++;
        if (q == end && size == EXEC_HEAD_SIZE)
            return -ENOEXEC;
        if (size == EXEC_HEAD_SIZE)
            end--;
    }
    while (end > p && is_space(end[-1]))
        end--;
    *end = 0;
    while (is_space(*p))
        p++;
    /* Linux opens the empty name, which is the current directory. */
    if (!*p)
        return newline ? -ENOEXEC : -EACCES;
    *interpreter = p;
    while (*p && !is_space(*p))
        p++;
    *argument = NULL;
    if (*p) {
        *p++ = 0;
        while (is_space(*p))
            p++;
        if (*p)
            *argument = p;
    }
    return 0;
}

/* New prefix: interpreter, its argument, the script's path, and what an outer
 * script had put in front of its own arguments. */
static int build_prefix(struct exec_image *i, const char *interpreter,
                        const char *argument, const char *script)
{
    size_t skip = i->prefix_count ? strlen(i->prefix) + 1 : 0;
    size_t rest = i->prefix_size - skip;
    size_t a = strlen(interpreter) + 1, b = argument ? strlen(argument) + 1 : 0;
    size_t c = strlen(script) + 1;
    char *prefix = kmalloc(a + b + c + rest, ALLOC_KERNEL);

    if (!prefix)
        return -ENOMEM;
    memcpy(prefix, interpreter, a);
    if (argument)
        memcpy(prefix + a, argument, b);
    memcpy(prefix + a + b, script, c);
    if (rest)
        memcpy(prefix + a + b + c, i->prefix + skip, rest);
    if (!i->prefix_count) {
        /* argv[0] is replaced. */
        i->skip = string_area_first_length(i->strings) + 1;
        i->argument_count--;
    } else {
        i->prefix_count--;
        i->argument_count--;
    }
    kfree(i->prefix);
    i->prefix = prefix;
    i->prefix_size = a + b + c + rest;
    i->prefix_count += argument ? 3 : 2;
    i->argument_count += argument ? 3 : 2;
    return string_area_reserve(i->strings, a + b + c);
}

static int load_script(struct exec_image *i)
{
    char line[EXEC_HEAD_SIZE + 1];
    char *interpreter, *argument;
    struct grant *file;
    int error;

    if (i->head_size < 2 || i->head[0] != '#' || i->head[1] != '!')
        return -ENOEXEC;
    memcpy(line, i->head, i->head_size);
    line[i->head_size] = 0;
    error = parse_line(line, i->head_size, &interpreter, &argument);
    if (error)
        return error;
    if (i->depth++ >= EXEC_DEPTH_MAX)
        return -ELOOP;
    if (i->path_is_closed)
        return -ENOENT; /* the script's handle goes with exec */
    error =
        build_prefix(i, interpreter, argument, i->script ? i->script : i->path);
    if (error)
        return error;
    file = exec_open(i, interpreter);
    if (IS_ERR(file))
        return PTR_ERR(file);
    grant_put(i->file);
    i->file = file;
    kfree(i->script);
    i->script = kstrdup(interpreter, ALLOC_KERNEL);
    return i->script ? EXEC_AGAIN : -ENOMEM;
}

const struct exec_format exec_format_script = {load_script};
