// A library that posix.c loads at run time: its own constructor, thread-local
// storage, and a call back into the program.
#include <stdio.h>

int program_answer(int n);

static __thread int calls = 40;

__attribute__((constructor)) static void arrive(void)
{
    puts("plugin: loaded");
}

__attribute__((destructor)) static void leave(void)
{
    puts("plugin: unloaded");
}

int plugin_call(int n)
{
    calls += n;
    return program_answer(calls);
}
