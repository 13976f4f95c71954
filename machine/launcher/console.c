/* The kernel's messages: kept in memory, in a file on request, and shown when
 * the machine fails. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The end of the messages, which is what a report needs. */
static char text[1 << 20];
static size_t used;
static int file = -1;
static bool show;
static bool panicked;

void console_open(const char *log_path, bool to_stderr)
{
    show = to_stderr;
    if (!log_path)
        return;
    file = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0)
        refuse("--log: %s: %s", log_path, strerror(errno));
}

static void write_out(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno != EINTR)
            return; /* The log is not worth the run. */
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
        }
    }
}

void console_add(const char *bytes, size_t size)
{
    if (file >= 0)
        write_out(file, bytes, size);
    if (show)
        write_out(2, bytes, size);
    if (size > sizeof text / 2) {
        bytes += size - sizeof text / 2;
        size = sizeof text / 2;
    }
    if (used + size > sizeof text) {
        size_t drop = sizeof text / 2;
        memmove(text, text + drop, used - drop);
        used -= drop;
    }
    memcpy(text + used, bytes, size);
    size_t from = used > 32 ? used - 32 : 0;
    used += size;
    if (!panicked && memmem(text + from, used - from, "Kernel panic", 12))
        panicked = true;
}

bool console_panicked(void)
{
    return panicked;
}

bool console_has(const char *what)
{
    return memmem(text, used, what, strlen(what)) != NULL;
}

/* The start of the line that holds text[at]. */
static size_t line_start(size_t at)
{
    while (at && text[at - 1] != '\n')
        at--;
    return at;
}

void console_report(void)
{
    /* A Linux tells of the fault that led to the panic just before it. */
    static const char *const openings[] = {"Unable to handle kernel",
                                           "BUG: ", "general protection",
                                           "Internal error: ", "Kernel panic"};
    size_t at = used;
    for (size_t i = 0; panicked && i < sizeof openings / sizeof *openings;
         i++) {
        char *found = memmem(text, used, openings[i], strlen(openings[i]));
        if (found && (size_t)(found - text) < at)
            at = (size_t)(found - text);
    }
    if (!panicked)
        for (int lines = 0; at && lines < 20; lines++)
            at = line_start(at - 1);
    if (!show) {
        at = line_start(at);
        write_out(2, text + at, used - at);
        if (used && text[used - 1] != '\n')
            write_out(2, "\n", 1);
    }
}
