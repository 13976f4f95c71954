/*
 * The system call fuzzer: makes programs of a few calls with typed arguments,
 * runs each in a process of its own with kernel coverage, and keeps those that
 * reach new code to change them further.
 *
 * A program is an array of struct call; an argument is a seed, which resolve()
 * turns into a value of the argument's type when the call is made, so any
 * change of a seed gives a valid program.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALLS_MAX 16
#define ARGS_MAX  6

enum type {
    NONE,
    FD,      /* a handle: what an earlier call returned, or one of the set */
    DIRFD,   /* AT_FDCWD or a directory */
    PATH,    /* a name in the work directory */
    TEXT,    /* a short string */
    FLAGS,   /* some of the bits that follow in struct argument */
    CHOICE,  /* one of the values that follow */
    NUMBER,  /* small or at a border */
    SIZE,    /* of a buffer in bytes */
    OFFSET,  /* in a file */
    IN,      /* bytes to read from */
    OUT,     /* room to write to */
    ADDRESS, /* page aligned, in the arena */
    LENGTH,  /* pages in bytes */
    SIGNO,
    PID,
    USER, /* a user or group id */
    MODE,
    TIMESPEC,
    ITIMER, /* two timespecs */
    VECTOR, /* iovec array; its count is the next argument */
    COUNT,  /* of a VECTOR or array */
    SOCKADDR,
    SOCKLEN,
    MSGHDR,
    POLLFDS,
    EPOLLEVENT,
    SIGSET,
    SIGACTION,
    FUTEX, /* a word in the arena */
    CLOCK,
    TIMERID,
    FDPAIR, /* room for two handles, which later calls use */
    ZERO,
};

struct argument {
    enum type type;
    uint8_t values;          /* how many follow */
    const uint64_t *choices; /* of FLAGS and CHOICE */
};

struct call_type {
    const char *name;
    long number;
    uint8_t args;
    struct argument arg[ARGS_MAX];
    bool gives_fd;
    bool root_only; /* pointless as another user */
};

struct call {
    uint16_t type; /* index into call_types */
    uint64_t seed[ARGS_MAX];
};

struct program {
    uint32_t count;
    bool threads; /* two threads run it at once */
    struct call calls[CALLS_MAX];
};

extern const struct call_type call_types[];
extern const size_t call_type_count;

/* random.c: xorshift, one state a worker */
uint64_t random_next(void);
uint32_t random_below(uint32_t n);
void random_seed(uint64_t seed);

/* program.c */
void program_generate(struct program *p);
void program_mutate(struct program *p, const struct program *other);

/* execute.c */
void arena_make(void); /* maps the arena and opens the set of handles */
/* Runs in a child: all calls of the program. */
void program_execute(const struct program *p);

/* coverage.c */
bool coverage_open(void); /* /dev/kcov; false: there is none */
void coverage_begin(void);
void coverage_end(void); /* notes what was reached */
/* Shared by all workers. */
struct coverage_map {
    uint8_t bits[1 << 16];
    uint32_t count;
};
extern struct coverage_map *coverage;
bool coverage_is_new(void); /* did the last run reach something new? */

#endif
