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
    KEY, /* of System V IPC: private or one of a few */
    SEMID,
    MSGID,
    SHMID,
    TIMESPEC,
    ITIMER, /* two timespecs */
    VECTOR, /* iovec array; its count is the next argument */
    COUNT,  /* of a VECTOR or array */
    SOCKADDR,
    SOCKLEN,
    SOCKLENP, /* where a call finds and leaves a length */
    MSGHDR,
    POLLFDS,
    EPOLLEVENT,
    SIGSET,
    SIGACTION,
    FUTEX, /* a word in the arena */
    CLOCK,
    TIMERID,  /* of timer_create(): rather one that the program made */
    NEWTIMER, /* room for the id of a timer, which later calls use */
    FDPAIR,   /* room for two handles, which later calls use */
    HMESSAGE, /* struct hako_message */
    SEMOPS,   /* sembuf array; its count is the next argument */
    MESSAGE,  /* msgbuf */
    MQATTR,   /* struct mq_attr of a small queue */
    SIGEVENT,
    ZERO,
};

/* What a handle leads to, and what else calls have in common: calls that share
 * one are put into the same program, and an FD argument prefers its kinds. */
enum kind {
    FILES = 1 << 0,
    DIRS = 1 << 1,
    PIPES = 1 << 2,
    SOCKETS = 1 << 3,
    EVENTS = 1 << 4, /* eventfd */
    TIMERFDS = 1 << 5,
    SIGNALFDS = 1 << 6,
    EPOLLS = 1 << 7,
    PIDFDS = 1 << 8,
    TTYS = 1 << 9,
    WATCHES = 1 << 10, /* inotify */
    ENDPOINTS = 1 << 11,
    DEVICES = 1 << 12,
    QUEUES = 1 << 13, /* POSIX message queues */
    ANY = (1 << 14) - 1,
    STREAMS = PIPES | SOCKETS | EVENTS | TTYS,
    POLLED =
        STREAMS | TIMERFDS | SIGNALFDS | EPOLLS | PIDFDS | WATCHES | QUEUES,
    PATHS = 1 << 16,
    MEMORY = 1 << 17,
    SIGNALS = 1 << 18,
    TIMERS = 1 << 19, /* POSIX timers */
    FUTEXES = 1 << 20,
    PROCESSES = 1 << 21,
    IDS = 1 << 22, /* users and groups */
    SEMS = 1 << 23,
    MSGS = 1 << 24,
    SHMS = 1 << 25,
    KINDS = ANY | PATHS | MEMORY | SIGNALS | TIMERS | FUTEXES | PROCESSES |
            IDS | SEMS | MSGS | SHMS,
};

struct argument {
    enum type type;
    uint8_t values;          /* how many follow */
    const uint64_t *choices; /* of FLAGS and CHOICE */
    uint32_t kinds;          /* of FD: which are preferred, 0: any; of others:
                                what the argument has to do with */
};

struct call_type {
    const char *name;
    long number;
    uint8_t args;
    struct argument arg[ARGS_MAX];
    uint32_t gives; /* the kind of handle that it returns or stores */
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
/* Takes out some of the calls that failed when it ran. */
void program_shrink(struct program *p);

/* text.c: "program x2: NAME@INDEX(SEED,...) ..."; read back by -r. */
#define PROGRAM_TEXT_MAX 4096
size_t program_print(const struct program *p, char *text, size_t room);
bool program_parse(struct program *p, const char *text);

/* arguments.c */
struct runner;
/* The value of one argument of call number `call` of the runner's program. */
uint64_t argument_value(struct runner *r, const struct argument *a,
                        uint64_t seed, uint32_t call);

#define FDS_MAX      64
#define CHILDREN_MAX 8
struct runner { /* one of the threads that run a program */
    const struct program *program;
    uint8_t *scratch; /* where arguments are built */
    uint32_t used;
    int fds[FDS_MAX];
    uint32_t kinds[FDS_MAX]; /* of fds */
    int fd_count;
    int pair[CALLS_MAX][2];
    int timers[CALLS_MAX]; /* that each call made, or -1 */
    int children[CHILDREN_MAX];
    int child_count;
    bool forked; /* a child that goes on with the program */
};
#define PAGE        4096ul
#define ARENA       0x20000000ul
#define ARENA_PAGES 64ul
#define SCRATCH     0x21000000ul /* arguments are built here; not in ADDRESS */

/* execute.c */
#define RUNNERS 2
/* Maps the arena and opens the set of handles; limits and signals of programs.
 */
void arena_make(void);
/* Runs in a child: all calls of the program.
 */
void program_execute(const struct program *p);
extern bool *call_failed; /* by the first thread of the last program */

/* coverage.c: what the kernel did for the threads of a program. The areas that
 * it is noted in belong to the process that runs programs, so that it is known
 * of a program that was killed, too. */
bool coverage_open(void);             /* /dev/kcov; false: there is none */
void coverage_forget(void);           /* before a program */
void coverage_begin(unsigned runner); /* by a thread of the program */
void coverage_end(unsigned runner);
bool coverage_is_new(void); /* after it: did it reach something new? */
/* Shared by all workers. */
struct coverage_map {
    uint8_t bits[1 << 18];
    uint32_t count;
};
extern struct coverage_map *coverage;

#endif
