/*
 * One session: the control port and the streams, from the machine's start to
 * its end. docs/control-port.md describes what goes over the wire.
 *
 * One loop around poll(). A stream holds at most one buffer of bytes on their
 * way, so each reader slows down its own writer and nobody else. The user's
 * descriptors 0, 1 and 2 are shared with other processes and so stay blocking:
 * they are used only when poll() says so, in pieces that then cannot block.
 */
#include "launcher.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control.h"

#define BUFFER (64 << 10)

/* How long the guest may take to act, in milliseconds. */
#define SIGNAL_PATIENCE 5000  /* to say that a signal was delivered */
#define STOP_PATIENCE   10000 /* to end after SIGTERM or SIGHUP */
#define PANIC_QUIET     2000  /* after the last line of the report */
#define PANIC_PATIENCE  20000 /* without a line more of the report */
#define TTY_QUIET       30    /* after the shell's end */

/* The key that, pressed three times within a second, ends an interactive
 * session whose machine no longer answers: Ctrl-]. */
#define ESCAPE_KEY   0x1d
#define ESCAPE_TIMES 3

struct stream {
    int from, to;      /* -1 when closed */
    size_t chunk;      /* bytes that one write may have */
    size_t at, end;    /* the bytes waiting: buffer[at..end) */
    uint64_t received; /* from `from`, so far */
    char buffer[BUFFER];
};

static struct machine *machine;
static const struct options *options;
static bool interactive;
static struct stream in, out[2];
static bool input_done; /* nothing more is to come, and the guest knows */
static bool started;    /* the command runs */
static bool ended;      /* EXIT has come */
static struct control_exit how;
static bool stopping;     /* the guest shuts down in order */
static bool machine_gone; /* QEMU has ended */
static int machine_status;
static bool orderly;     /* QMP: the guest switched itself off */
static int fatal_signal; /* the first of SIGTERM, SIGHUP, ... sent to us */
static int signals;      /* the signalfd */

/* Deadlines in milliseconds of now(); LONG_MAX when there is none. */
static long timeout_at = LONG_MAX, signal_at = LONG_MAX, stop_at = LONG_MAX,
            quiet_at = LONG_MAX;

/* Bytes that the control port has not taken yet. */
static char *sending;
static size_t sending_size;

/* The frame being received. */
static struct {
    struct control_header header;
    char payload[256];
    size_t have;
} frame;

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ------------------------------------------------------------------ frames */

static void flush_frames(void)
{
    while (sending_size) {
        ssize_t n = write(machine->control, sending, sending_size);
        if (n <= 0)
            return;
        sending_size -= (size_t)n;
        memmove(sending, sending + n, sending_size);
    }
}

static void send_frame(uint32_t type, const void *payload, size_t size)
{
    struct control_header header = {(uint32_t)size, type};
    sending = realloc(sending, sending_size + sizeof header + size);
    if (!sending)
        fail("out of memory");
    memcpy(sending + sending_size, &header, sizeof header);
    memcpy(sending + sending_size + sizeof header, payload, size);
    sending_size += sizeof header + size;
    flush_frames();
}

static size_t put_string(char **at, const char *text)
{
    size_t size = strlen(text) + 1;
    if (at) {
        memcpy(*at, text, size);
        *at += size;
    }
    return size;
}

/* Lay out START's strings at *at, or only count their bytes. */
static size_t put_strings(char **at, struct control_start *start)
{
    static const char *const environment[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh"};
    size_t size = 0;
    start->argc = start->envc = 0;
    for (char **a = options->command; a && *a; a++, start->argc++)
        size += put_string(at, *a);
    for (size_t i = 0; i < sizeof environment / sizeof *environment; i++) {
        size += put_string(at, environment[i]);
        start->envc++;
    }
    const char *term = getenv("TERM");
    if (term && *term && (isatty(0) || isatty(1)) && strlen(term) < 100) {
        char variable[128];
        snprintf(variable, sizeof variable, "TERM=%s", term);
        size += put_string(at, variable);
        start->envc++;
    }
    return size + put_string(at, options->command ? "/" : "/root");
}

static void send_start(void)
{
    struct control_start start = {0};
    size_t size = put_strings(NULL, &start);
    char *payload = malloc(sizeof start + size);
    if (!payload)
        fail("out of memory");
    if (sizeof start + size > CONTROL_MAX_PAYLOAD)
        refuse("the command is too long");
    char *at = payload + sizeof start;
    put_strings(&at, &start);
    start.flags = (interactive ? CONTROL_START_TTY : 0) |
                  (options->command ? 0 : CONTROL_START_LOGIN);
    for (unsigned i = 0; i < 3; i++)
        if (options->closed & (1u << i))
            start.flags |= CONTROL_START_CLOSED(i);
    terminal_size(&start.rows, &start.columns);
    memcpy(payload, &start, sizeof start);
    send_frame(CONTROL_START, payload, sizeof start + size);
    free(payload);
}

static void send_window(void)
{
    struct control_window window;
    terminal_size(&window.rows, &window.columns);
    if (started)
        send_frame(CONTROL_WINDOW, &window, sizeof window);
}

static void handle_frame(void)
{
    const void *payload = frame.payload;
    size_t size = frame.header.length;
    switch (frame.header.type) {
    case CONTROL_READY: {
        struct control_ready ready = {0};
        memcpy(&ready, payload, size < sizeof ready ? size : sizeof ready);
        if (ready.version != CONTROL_VERSION)
            fail("the guest's agent speaks version %u, not %u: run make",
                 ready.version, CONTROL_VERSION);
        send_start();
        break;
    }
    case CONTROL_STARTED:
        started = true;
        send_window(); /* It may have changed since START was made. */
        break;
    case CONTROL_INPUT_CLOSED:
        input_done = true;
        break;
    case CONTROL_SIGNALLED:
        signal_at = LONG_MAX;
        break;
    case CONTROL_EXIT:
        if (size >= sizeof how)
            memcpy(&how, payload, sizeof how);
        ended = true;
        quiet_at = now() + TTY_QUIET;
        break;
    case CONTROL_STOPPING:
        stopping = true;
        break;
    default:
        break;
    }
}

static void receive_control(void)
{
    size_t head = sizeof frame.header;
    for (;;) {
        bool in_head = frame.have < head;
        size_t want = in_head ? head - frame.have
                              : head + frame.header.length - frame.have;
        char *into = in_head ? (char *)&frame.header + frame.have
                             : frame.payload + (frame.have - head);
        ssize_t n = read(machine->control, into, want);
        if (n == 0)
            machine->control = -1; /* QEMU has gone */
        if (n <= 0)
            return;
        frame.have += (size_t)n;
        if (frame.have == head && frame.header.length > sizeof frame.payload)
            fail("a broken frame from the guest's agent");
        if (frame.have >= head && frame.have == head + frame.header.length) {
            handle_frame();
            frame.have = 0;
        }
    }
}

/* ----------------------------------------------------------------- streams */

/* How much one write may have, if it is not to block after poll() said that
 * there is room: POSIX promises PIPE_BUF to a pipe. */
static size_t chunk_of(int fd)
{
    struct stat st;
    bool file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    return file ? BUFFER : 4096;
}

static void end_input(void)
{
    struct control_count count = {.stream = 0, .bytes = in.received};
    if (!interactive)
        send_frame(CONTROL_END_OF_INPUT, &count, sizeof count);
    input_done = true;
}

/* Ctrl-] three times within a second. */
static bool escape_typed(const char *bytes, size_t size)
{
    static int times;
    static long since;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != ESCAPE_KEY || now() - since > 1000)
            times = 0;
        if (bytes[i] != ESCAPE_KEY)
            continue;
        if (!times)
            since = now();
        if (++times == ESCAPE_TIMES)
            return true;
    }
    return false;
}

static void read_input(void)
{
    ssize_t n = read(in.from, in.buffer, sizeof in.buffer);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        end_input();
        return;
    }
    if (interactive && escape_typed(in.buffer, (size_t)n)) {
        stop_at = now();
        fatal_signal = SIGTERM;
    }
    in.at = 0;
    in.end = (size_t)n;
    in.received += (uint64_t)n;
}

static void write_input(void)
{
    ssize_t n = write(in.to, in.buffer + in.at, in.end - in.at);
    if (n > 0)
        in.at += (size_t)n;
}

static void read_output(struct stream *s)
{
    ssize_t n = read(s->from, s->buffer, sizeof s->buffer);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        s->from = -1; /* QEMU has gone */
        return;
    }
    s->at = 0;
    s->end = s->to < 0 ? 0 : (size_t)n;
    s->received += (uint64_t)n;
    if (interactive && ended)
        quiet_at = now() + TTY_QUIET;
}

static void write_output(struct stream *s)
{
    size_t size = s->end - s->at;
    ssize_t n =
        write(s->to, s->buffer + s->at, size < s->chunk ? size : s->chunk);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n > 0) {
        s->at += (size_t)n;
        return;
    }
    /* Nobody takes it: the command is to notice, as it would have here. */
    struct control_count count = {.stream = (uint32_t)(s - out) + 1};
    if (errno != EPIPE && s->to != 2)
        fprintf(stderr, "run: standard output: %s\n", strerror(errno));
    s->to = -1;
    s->at = s->end = 0;
    if (!interactive)
        send_frame(CONTROL_CLOSE_OUTPUT, &count, sizeof count);
}

static bool readable(int fd)
{
    struct pollfd p = {fd, POLLIN, 0};
    return poll(&p, 1, 0) > 0;
}

static bool outputs_complete(void)
{
    if (interactive)
        return out[0].at == out[0].end &&
               (out[0].from < 0 ||
                (now() >= quiet_at && !readable(out[0].from)));
    for (int i = 0; i < 2; i++) {
        bool all = out[i].received >= how.bytes[i] || out[i].from < 0;
        if (!all || out[i].at < out[i].end)
            return false;
    }
    return true;
}

/* ----------------------------------------------------------------- signals */

static void forward(int number)
{
    struct control_signal sig = {(uint32_t)number};
    bool final = number == SIGTERM || number == SIGHUP;
    if (!fatal_signal)
        fatal_signal = number;
    if (!started || (interactive && final)) {
        stop_at = now(); /* There is nothing yet to tell, or nobody. */
        return;
    }
    send_frame(CONTROL_SIGNAL, &sig, sizeof sig);
    if (signal_at == LONG_MAX)
        signal_at = now() + SIGNAL_PATIENCE;
    if (final && stop_at == LONG_MAX)
        stop_at = now() + STOP_PATIENCE;
}

static void handle_signal(void)
{
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof info) != sizeof info)
        return;
    switch (info.ssi_signo) {
    case SIGCHLD:
        if (waitpid(machine->pid, &machine_status, WNOHANG) == machine->pid)
            machine_gone = true;
        break;
    case SIGWINCH:
        send_window();
        break;
    case SIGTSTP:
        terminal_restore();
        raise(SIGSTOP);
        terminal_raw();
        send_window();
        break;
    default:
        forward((int)info.ssi_signo);
    }
}

static void catch_signals(void)
{
    static const int wanted[] = {SIGINT,  SIGTERM,  SIGHUP, SIGQUIT,
                                 SIGCHLD, SIGWINCH, SIGTSTP};
    sigset_t set;
    sigemptyset(&set);
    signal(SIGCHLD, SIG_DFL);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct sigaction old;
        sigaction(wanted[i], NULL, &old);
        /* What our caller has ignored (nohup) stays ignored; and Ctrl-Z stops
         * this program unless the terminal is the guest's. */
        if (old.sa_handler != SIG_IGN && (wanted[i] != SIGTSTP || interactive))
            sigaddset(&set, wanted[i]);
    }
    sigprocmask(SIG_BLOCK, &set, NULL);
    signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        fail("cannot catch signals: %s", strerror(errno));
}

/* ------------------------------------------------------------- the machine */

static void read_console(void)
{
    char bytes[4096];
    ssize_t n = read(machine->console, bytes, sizeof bytes);
    if (n > 0) {
        console_add(bytes, (size_t)n);
        if (console_panicked())
            quiet_at =
                now() + (console_has("---[ end Kernel panic") ? PANIC_QUIET
                                                              : PANIC_PATIENCE);
    } else if (n == 0) {
        machine->console = -1;
    }
}

/* QEMU's event when the guest ends says whether it meant to. */
static void read_monitor(void)
{
    static char line[4096];
    static size_t used;
    ssize_t n;
    while ((n = read(machine->monitor, line + used, sizeof line - used)) > 0) {
        used += (size_t)n;
        if (memmem(line, used, "guest-shutdown", 14))
            orderly = true;
        if (used > sizeof line / 2) {
            memmove(line, line + used - 64, 64);
            used = 64;
        }
    }
    if (n == 0)
        machine->monitor = -1;
}

static void print_errors(void)
{
    char bytes[4096];
    ssize_t n;
    while ((n = read(machine->errors, bytes, sizeof bytes)) > 0)
        fwrite(bytes, 1, (size_t)n, stderr);
}

static int panic_code(void)
{
    terminal_restore();
    console_report();
    return EXIT_PANIC;
}

/* The exit code for a machine that has ended without an EXIT frame. */
static int gone_code(void)
{
    if (console_panicked())
        return panic_code();
    if (WIFEXITED(machine_status) && !WEXITSTATUS(machine_status) &&
        (orderly || stopping || console_has("reboot: Restarting system") ||
         console_has("reboot: Power down")))
        return 0;
    terminal_restore();
    print_errors();
    console_report();
    fprintf(stderr, "run: the machine %s\n",
            WIFSIGNALED(machine_status)   ? "was killed"
            : WEXITSTATUS(machine_status) ? "could not be started"
                                          : "reset itself");
    return EXIT_PANIC;
}

/* The exit code when it is time to end; -1 while it is not. */
static int verdict(void)
{
    long t = now();
    if (ended && outputs_complete())
        return (int)how.status;
    if (machine_gone && machine->console < 0 && machine->control < 0 && !ended)
        return gone_code();
    if (console_panicked() && t >= quiet_at && !ended)
        return panic_code();
    if (t >= timeout_at)
        return EXIT_TIMED_OUT;
    if (t >= stop_at || t >= signal_at)
        return 128 + fatal_signal;
    return -1;
}

static int poll_timeout(void)
{
    long first = timeout_at;
    if (signal_at < first)
        first = signal_at;
    if (stop_at < first)
        first = stop_at;
    if (quiet_at < first)
        first = quiet_at;
    if (first == LONG_MAX)
        return -1;
    long left = first - now();
    return left < 0         ? (quiet_at == first ? 10 : 0)
           : left > INT_MAX ? INT_MAX
                            : (int)left;
}

/* One turn of the loop. */
static void turn(void)
{
    enum {
        SIGNALS,
        CONSOLE,
        MONITOR,
        CONTROL,
        IN_FROM,
        IN_TO,
        OUT
    };
    struct pollfd p[OUT + 4];
    bool input = started && !input_done && in.at == in.end;
    p[SIGNALS] = (struct pollfd){signals, POLLIN, 0};
    p[CONSOLE] = (struct pollfd){machine->console, POLLIN, 0};
    p[MONITOR] = (struct pollfd){machine->monitor, POLLIN, 0};
    p[CONTROL] = (struct pollfd){
        machine->control,
        sending_size && !machine_gone ? POLLIN | POLLOUT : POLLIN, 0};
    p[IN_FROM] = (struct pollfd){input ? in.from : -1, POLLIN, 0};
    p[IN_TO] = (struct pollfd){in.at < in.end && !machine_gone ? in.to : -1,
                               POLLOUT, 0};
    for (int i = 0; i < 2; i++) {
        bool full = out[i].at < out[i].end;
        p[OUT + 2 * i] = (struct pollfd){full ? -1 : out[i].from, POLLIN, 0};
        p[OUT + 2 * i + 1] = (struct pollfd){full ? out[i].to : -1, POLLOUT, 0};
    }
    if (poll(p, OUT + 4, poll_timeout()) < 0)
        return;
    if (p[SIGNALS].revents)
        handle_signal();
    if (p[CONSOLE].revents)
        read_console();
    if (p[MONITOR].revents)
        read_monitor();
    if (p[CONTROL].revents & POLLOUT)
        flush_frames();
    if (p[CONTROL].revents & (POLLIN | POLLHUP)) {
        receive_control();
    }
    if (p[IN_FROM].revents)
        read_input();
    if (p[IN_TO].revents)
        write_input();
    for (int i = 0; i < 2; i++) {
        if (p[OUT + 2 * i].revents)
            read_output(&out[i]);
        if (p[OUT + 2 * i + 1].revents)
            write_output(&out[i]);
    }
}

static void open_streams(void)
{
    in.from = 0;
    in.to = interactive ? machine->tty : machine->stream[0];
    input_done = (options->closed & 1) != 0;
    for (int i = 0; i < 2; i++) {
        out[i].from =
            interactive ? (i ? -1 : machine->tty) : machine->stream[i + 1];
        out[i].to = i + 1;
        out[i].chunk = chunk_of(i + 1);
    }
}

int session_run(struct machine *m, const struct options *o, bool tty)
{
    static const char hello[] = "{\"execute\":\"qmp_capabilities\"}\n";
    machine = m;
    options = o;
    interactive = tty;
    open_streams();
    catch_signals();
    if (write(m->monitor, hello, sizeof hello - 1) < 0)
        fail("cannot talk to QEMU: %s", strerror(errno));
    if (o->timeout)
        timeout_at = now() + (long)o->timeout;
    if (interactive)
        terminal_raw();
    int code;
    while ((code = verdict()) < 0)
        turn();
    if (!machine_gone) {
        kill(m->pid, SIGKILL);
        waitpid(m->pid, &machine_status, 0);
    }
    terminal_restore();
    return code;
}
