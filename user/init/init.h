/*
 * Hako's first program: one static binary with two lives.
 *
 * As process 1 (init.c) it makes the file systems that programs expect, loads
 * the modules it was given when the kernel is a Linux, starts the session (the
 * agent on the control port, or a login shell on the console), reaps orphans,
 * and shuts the machine down in order. Its child (agent.c) runs one command
 * for the launcher. It uses only what every Linux has, so the same binary
 * starts Hako's kernel and the distribution's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The agent: serves the control port until the command has ended. Returns when
 * the host knows how; never otherwise.
 */
void agent_run(int control);

/*
 * Open the virtio-serial port called `name`, read and write, close-on-exec.
 * Returns -1 when there is none.
 */
int port_open(const char *name, int flags);

/* Whether `word` stands on the kernel's command line. */
bool cmdline_has(const char *word);

/*
 * Become the leader of a new session with `tty` (a path) as its controlling
 * terminal and as descriptors 0, 1 and 2. Returns 0 or -1 with errno.
 */
int tty_take(const char *tty);

/* The path of the tty behind /dev/console. */
const char *tty_console(void);

/* Become root's login shell; returns only when there is none to start. */
void shell_exec(char **environment);

/* A line on the kernel's console, from process 1 or the agent. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
