/*
 * The control port's protocol, between the launcher (./run) on the host and
 * the agent in the guest. docs/control-port.md describes the exchange.
 *
 * The control port carries frames: a header and `length` bytes of payload.
 * All integers are little-endian, which both architectures are, so a frame is
 * these structures in memory. The bytes of the three standard streams travel
 * on ports of their own and never here; frames only say how many there were.
 */
#pragma once

#include <stdint.h>

#define CONTROL_VERSION 1u

/* Names of the virtio-serial ports. */
#define CONTROL_PORT        "hako.control"
#define CONTROL_PORT_STDIN  "hako.stdin"
#define CONTROL_PORT_STDOUT "hako.stdout"
#define CONTROL_PORT_STDERR "hako.stderr"

/* A word on the kernel's command line: there is a control port, wait for it. */
#define CONTROL_CMDLINE "hako.control"

/* The largest payload; START's is the only one that comes near. */
#define CONTROL_MAX_PAYLOAD (4u << 20)

enum control_type {
    /* host to guest */
    CONTROL_START = 1,        /* struct control_start and strings */
    CONTROL_WINDOW = 2,       /* struct control_window */
    CONTROL_SIGNAL = 3,       /* struct control_signal */
    CONTROL_END_OF_INPUT = 4, /* struct control_count, stream 0 */
    CONTROL_CLOSE_OUTPUT = 5, /* struct control_count, stream 1 or 2 */
    /* guest to host */
    CONTROL_READY = 16,        /* struct control_ready */
    CONTROL_STARTED = 17,      /* nothing */
    CONTROL_INPUT_CLOSED = 18, /* nothing: nobody reads standard input */
    CONTROL_SIGNALLED = 19,    /* struct control_signal: it was delivered */
    CONTROL_EXIT = 20,         /* struct control_exit: the last frame */
    CONTROL_STOPPING = 21,     /* struct control_stopping */
};

struct control_header {
    uint32_t length; /* of the payload, in bytes */
    uint32_t type;   /* enum control_type */
};

/* Bits of control_start.flags. */
#define CONTROL_START_TTY   1u /* on the console tty, not on the ports */
#define CONTROL_START_LOGIN 2u /* no command: a login shell */
/* The host's stream N is closed: leave it closed in the guest. */
#define CONTROL_START_CLOSED(n) (16u << (n))

/*
 * What to run. `strings` holds argc arguments and then envc environment
 * strings and then the working directory, each ended by a zero byte.
 */
struct control_start {
    uint32_t flags;
    uint32_t argc;
    uint32_t envc;
    uint16_t rows;
    uint16_t columns;
    char strings[];
};

struct control_window {
    uint16_t rows;
    uint16_t columns;
};

struct control_signal {
    uint32_t signal; /* Linux's number */
};

struct control_count {
    uint32_t stream;
    uint32_t reserved;
    uint64_t bytes; /* sent on the stream's port before this */
};

struct control_ready {
    uint32_t version;
};

/* How the command ended, and how much it wrote: the host waits for that. */
struct control_exit {
    uint32_t status; /* 0..255, or 128 + the signal's number */
    uint32_t reserved;
    uint64_t bytes[2]; /* of standard output and standard error */
};

enum control_stop {
    CONTROL_STOP_POWER_OFF = 1,
    CONTROL_STOP_RESTART = 2,
    CONTROL_STOP_HALT = 3,
};

/* The machine is being shut down in order. */
struct control_stopping {
    uint32_t how; /* enum control_stop */
};
