/*
 * N_TTY: the line discipline. What POSIX chapter 11 and termios(3) say, and
 * where they leave it open, what Linux does.
 *
 * A pure state machine without locks or waiting, so that it also runs in host
 * tests: its owner (struct tty) calls everything under its own lock.
 *
 *   n_tty_receive()   bytes from the device -> buffer, echo, signals
 *   n_tty_read()      buffer -> reader, a line or a run of bytes
 *   n_tty_write()     writer -> output processing -> device
 *
 * The buffer's positions only grow; `& (N_TTY_BUFFER - 1)` gives the place:
 *   read_tail   next byte for a reader
 *   line_start  start of the line being edited (TIOCINQ, erasing stop there)
 *   canon_head  behind the last complete line (canonical mode)
 *   read_head   next free place
 */
#ifndef TTY_N_TTY_H
#define TTY_N_TTY_H

#include "lib/bitmap.h"
#include "lib/types.h"
#include "tty/termios.h"

#define N_TTY_BUFFER 4096
#define N_TTY_ECHO   1024

struct n_tty;

struct n_tty_ops {
    size_t (*room)(struct n_tty *n); /* bytes the device takes now */
    void (*put)(struct n_tty *n, const u8 *data, size_t count); /* <= room */
    void (*signal)(struct n_tty *n, int signo);  /* to the foreground group */
    void (*stop)(struct n_tty *n, bool stopped); /* output: ^S, ^Q */
    void (*flush_output)(struct n_tty *n);
    void (*flushed_input)(struct n_tty *n); /* packet mode wants to know */
    void (*readable)(struct n_tty *n);      /* readers may look again */
};

struct n_tty {
    const struct n_tty_ops *ops;
    const struct termios *termios; /* the owner's */
    u64 read_head, read_tail, canon_head, line_start;
    u64 echo_head, echo_tail;
    u32 column, canon_column; /* of the cursor, of the line's start */
    bool icanon, raw;
    bool literal_next; /* ^V was typed */
    bool erasing;      /* between \ and / of ECHOPRT */
    bool push;         /* what is readable stems from before ICANON was set */
    bool stopped;      /* ^S: the owner keeps it the same as its own */
    u8 *buffer;        /* owned: N_TTY_BUFFER bytes */
    u8 *echo;          /* owned: N_TTY_ECHO bytes */
    u64 special[256 / 64];        /* bytes that mean something */
    u64 marks[N_TTY_BUFFER / 64]; /* ends of lines in the buffer */
};

/* `storage`: N_TTY_BUFFER + N_TTY_ECHO bytes, kept until the end. */
void n_tty_init(struct n_tty *n, const struct n_tty_ops *ops,
                const struct termios *termios, void *storage);
/* The termios changed from `old` (NULL: first time). */
void n_tty_termios_changed(struct n_tty *n, const struct termios *old);

/* Returns how many bytes were taken: fewer when the buffer is full and not in
 * canonical mode with an unfinished line (those are dropped). */
size_t n_tty_receive(struct n_tty *n, const u8 *data, size_t count);
void n_tty_receive_break(struct n_tty *n);
/* Does a read find something? `poll`: the rule for POLLIN. */
bool n_tty_readable(const struct n_tty *n, bool poll);
/* Bytes for TIOCINQ. */
size_t n_tty_count(const struct n_tty *n);
/*
 * Take up to `size` bytes; in canonical mode at most one line. *done: a line is
 * complete (also an end of file, which leaves 0 bytes); the read ends there.
 */
size_t n_tty_read(struct n_tty *n, u8 *out, size_t size, bool *done);
/* The buffer was filled to the last byte by the line so far: an end-of-file
 * mark right behind belongs to this read. */
void n_tty_skip_eof(struct n_tty *n);
/* How many bytes of data the device took. */
size_t n_tty_write(struct n_tty *n, const u8 *data, size_t count);
/* Output is possible again: go on with echoes. */
void n_tty_process_echoes(struct n_tty *n);
void n_tty_flush_input(struct n_tty *n);
void n_tty_set_stopped(struct n_tty *n, bool stopped);

#endif
