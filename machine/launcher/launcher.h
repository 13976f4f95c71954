/*
 * The launcher: the program behind ./run. It starts one virtual machine, runs
 * one command (or a login shell) in it, and ends as that ended.
 *
 *   options.c   the command line
 *   root.c      what becomes /: a directory, a tar or the base image
 *   tar.c       a tar as a root
 *   cpio.c      writing the initramfs ("newc", as the kernel reads it)
 *   modules.c   the modules that a Linux needs for the launcher's devices
 *   probe*.c    whether KVM runs guest code natively here
 *   qemu.c      QEMU's command line and process
 *   console.c   the kernel's messages: the log, and a panic's report
 *   session.c   the control port and the three streams, until the end
 *   terminal.c  the user's terminal, raw and back
 *
 * Errors that the user can mend end the program at once, through refuse():
 * nothing is running yet then. It is one thread, and everything it starts
 * dies with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum exit_code {
    EXIT_USAGE = 64,      /* wrong or refused option; one line says why */
    EXIT_PANIC = 70,      /* the kernel panicked, or the machine failed */
    EXIT_TIMED_OUT = 124, /* --timeout */
};

/* One line on standard error, and the end with EXIT_USAGE. */
_Noreturn void refuse(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* One line on standard error, and the end with EXIT_PANIC. */
_Noreturn void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* ---------------------------------------------------------------- options */

enum accel {
    ACCEL_AUTO,
    ACCEL_KVM,
    ACCEL_TCG,
};

struct options {
    const char *top;   /* the source tree */
    const char *build; /* build/<arch>, or build/<arch>-debug */
    const char *arch;  /* "x86_64" or "aarch64" */
    enum accel accel;
    unsigned cpus;
    unsigned memory;    /* MiB; 0: by the root's size */
    const char *root;   /* NULL: the base image */
    const char *add[8]; /* directories whose contents go on top */
    unsigned add_count;
    const char *append;    /* NULL or more of the kernel's command line */
    const char *kernel;    /* NULL: Hako's */
    const char *modules;   /* NULL or a directory */
    const char *log;       /* NULL or a file for the kernel's messages */
    unsigned long timeout; /* milliseconds; 0: none */
    bool trace;
    bool debug;      /* the kernel's debug build */
    bool plan;       /* only say what has to be there */
    unsigned closed; /* bit N: descriptor N was closed at the start */
    char **command;  /* NULL: a login shell */
};

/* Fill `options` from the command line; refuses what is wrong. */
void options_parse(struct options *options, int argc, char **argv);

/* ---------------------------------------------------------------- the root */

struct cpio {
    FILE *file;
    uint64_t size; /* bytes written */
    uint32_t next_ino;
};

/* What an entry of the archive is; times are in seconds. */
struct cpio_entry {
    const char *name; /* without a leading slash; "" is the root */
    uint32_t mode, uid, gid, mtime;
    uint32_t major, minor; /* of a device */
    uint32_t ino;          /* 0: a new one. Hard links share theirs */
    uint32_t links;        /* at least 2 for hard links */
};

/* Start an archive in `file`, which the archive then owns. */
void cpio_open(struct cpio *cpio, FILE *file);
uint32_t cpio_ino(struct cpio *cpio);
/* An entry whose contents are in memory. */
void cpio_add(struct cpio *cpio, const struct cpio_entry *entry,
              const void *data, size_t size);
/* An entry whose contents are the next `size` bytes of `fd`. */
void cpio_add_fd(struct cpio *cpio, const struct cpio_entry *entry, int fd,
                 uint64_t size, const char *path);
/* The trailer: the archive is complete, and another may follow. */
void cpio_end(struct cpio *cpio);
/* All of a file, which is an archive itself, appended as it is. */
void cpio_append_file(struct cpio *cpio, const char *path);

/* What a directory holds, as archive entries below the root, and with `top`
 * the directory's own mode as the root's. */
void root_add_directory(struct cpio *cpio, const char *path, bool top);
/* A tar (plain, or compressed with gzip, xz, bzip2 or zstd). */
void root_add_tar(struct cpio *cpio, const char *path);

/*
 * The initramfs for these options. Returns its path, which for one made just
 * now is /proc/self/fd/N of an anonymous file that QEMU inherits; *size is in
 * bytes.
 */
const char *root_make(const struct options *options, uint64_t *size);

/* Append the modules `names` (NULL-ended) and what they need, in order. */
void modules_add(struct cpio *cpio, const char *directory,
                 const char *const *names);

/* ---------------------------------------------------------------- starting */

/*
 * Whether KVM runs code natively here: runs a loop in a virtual machine for a
 * few milliseconds. Returns NULL when it does, or why it is not used.
 */
const char *probe_kvm(void);

/* The part of the probe that knows the host's CPU; runs in a child process.
 * Returns 0 when the loop of `rounds` ended, -1 when KVM cannot run it. */
int probe_run_loop(int kvm, unsigned rounds);

/* The machine's ends of what connects it with the launcher. */
struct machine {
    pid_t pid;
    int console; /* the serial port */
    int monitor; /* QMP */
    int errors;  /* QEMU's own standard error */
    int tty;     /* the virtio console; -1 without an interactive session */
    int control;
    int stream[3]; /* -1 with an interactive session */
};

/* Start QEMU; refuses or fails when it cannot. */
void qemu_start(struct machine *machine, const struct options *options,
                bool kvm, bool interactive, const char *initrd,
                unsigned memory);

/* ----------------------------------------------------------------- running */

/* The kernel's messages so far, and whether they tell of a panic. */
void console_open(const char *log_path, bool to_stderr);
void console_add(const char *bytes, size_t size);
bool console_panicked(void);
bool console_has(const char *text);
/* Print a panic's report, or without one the last lines, to standard error. */
void console_report(void);

/* Put the terminal into raw mode; it is restored however the program ends. */
void terminal_raw(void);
void terminal_restore(void);
void terminal_size(uint16_t *rows, uint16_t *columns);

/* Serve the machine until the session is over. Returns the exit code. */
int session_run(struct machine *machine, const struct options *options,
                bool interactive);
