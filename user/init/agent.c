/*
 * The agent: the guest's end of the control port. It waits for one START,
 * runs that command with pipes (or on the console tty), and moves the bytes
 * between the pipes and the stream ports until the command has ended.
 *
 * One loop around poll(); every descriptor but the tty is non-blocking, and
 * each stream holds at most one buffer of bytes on their way, so a slow reader
 * at one end slows down the writer at the other and nobody else.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "control.h"

#define BUFFER (32 << 10)

/* Bytes on their way from one descriptor to another. */
struct stream {
    int from, to;   /* -1 when closed */
    size_t at, end; /* the bytes waiting: buffer[at..end) */
    uint64_t total; /* bytes that `to` has taken */
    char buffer[BUFFER];
};

static int control_fd;
static int tty = -1; /* the session's terminal, if it has one */
static const char *tty_path;
static pid_t child;           /* the command's process and its group */
static int child_status = -1; /* as the host wants it, once it has ended */
static int wake[2];           /* a byte for every SIGCHLD */
static struct stream in, out[2];
static bool input_ended;    /* the host has said how much input there is */
static uint64_t input_size; /* then: all of it, in bytes */
static uint64_t input_read; /* bytes that came from the port */

/* The frame being received. */
static struct {
    struct control_header header;
    size_t have; /* bytes of header and payload so far */
    char *payload;
} frame;

static void write_all(int fd, const void *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n > 0) {
            data = (const char *)data + n;
            size -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            struct pollfd p = {fd, POLLOUT, 0};
            poll(&p, 1, -1);
        } else if (n < 0 && errno != EINTR) {
            say("the control port failed: %s", strerror(errno));
            _exit(1);
        }
    }
}

static void send_frame(uint32_t type, const void *payload, size_t size)
{
    char bytes[sizeof(struct control_header) + 64];
    struct control_header header = {(uint32_t)size, type};
    memcpy(bytes, &header, sizeof header);
    if (size)
        memcpy(bytes + sizeof header, payload, size);
    write_all(control_fd, bytes, sizeof header + size);
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ------------------------------------------------------------ the command */

static void set_window(unsigned rows, unsigned columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows,
                           .ws_col = (unsigned short)columns};
    if (tty >= 0)
        ioctl(tty, TIOCSWINSZ, &size);
}

/* In the child: find the command along PATH and become it. */
static _Noreturn void exec_command(char **argv, char **envp)
{
    const char *path = "/usr/sbin:/usr/bin:/sbin:/bin";
    int error = ENOENT;
    for (char **e = envp; *e; e++)
        if (!strncmp(*e, "PATH=", 5))
            path = *e + 5;
    if (strchr(argv[0], '/')) {
        execve(argv[0], argv, envp);
        error = errno;
    } else if (argv[0][0]) {
        for (const char *p = path;; p++) {
            char full[4096];
            size_t n = strcspn(p, ":");
            snprintf(full, sizeof full, "%.*s%s%s", (int)n, p, n ? "/" : "",
                     argv[0]);
            execve(full, argv, envp);
            if (errno != ENOENT && errno != ENOTDIR)
                error = errno;
            p += n;
            if (!*p)
                break;
        }
    }
    char line[512];
    int n = snprintf(line, sizeof line, "hako: %.300s: %s\n", argv[0],
                     error == ENOENT ? "not found" : strerror(error));
    if (write(2, line, (size_t)n) < 0) {
        /* Its exit status says it too. */
    }
    _exit(error == ENOENT || error == ENOTDIR ? 127 : 126);
}

/* In the child: everything before exec. `fds` are its 0, 1 and 2, or -1. */
static _Noreturn void child_main(const struct control_start *start, char **argv,
                                 char **envp, const char *cwd, const int fds[3])
{
    if (start->flags & CONTROL_START_TTY) {
        if (tty_take(tty_path) < 0)
            say("no controlling terminal: %s", strerror(errno));
    } else {
        setsid();
        for (int i = 0; i < 3; i++) {
            close(i);
            if (fds[i] >= 0)
                dup2(fds[i], i);
        }
    }
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (chdir(cwd) < 0 && chdir("/") < 0)
        say("cannot enter %s", cwd);
    if (start->flags & CONTROL_START_LOGIN) {
        shell_exec(envp);
        say("no shell to start: %s", strerror(errno));
        _exit(127);
    }
    exec_command(argv, envp);
}

/* Split the strings of a START. NULL when they are not as they should be. */
static char **split(char **at, const char *end, uint32_t count)
{
    char **list = calloc(count + 1u, sizeof *list);
    for (uint32_t i = 0; list && i < count; i++) {
        char *nul = memchr(*at, 0, (size_t)(end - *at));
        if (!nul)
            return NULL;
        list[i] = *at;
        *at = nul + 1;
    }
    return list;
}

/* A pipe that the child has at its end `child_end`. False without one. */
static bool make_pipe(int child_end, int *ours, int *theirs)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) < 0)
        return false;
    /* 0, 1 and 2 are the agent's own, so theirs never needs to move. */
    *theirs = p[child_end];
    *ours = p[!child_end];
    fcntl(*ours, F_SETFL, O_NONBLOCK);
    return true;
}

static const char *open_streams(uint32_t flags, int theirs[3])
{
    in.to = out[0].from = out[1].from = -1;
    theirs[0] = theirs[1] = theirs[2] = -1;
    in.from = port_open(CONTROL_PORT_STDIN, O_NONBLOCK);
    out[0].to = port_open(CONTROL_PORT_STDOUT, O_NONBLOCK);
    out[1].to = port_open(CONTROL_PORT_STDERR, O_NONBLOCK);
    if (in.from < 0 || out[0].to < 0 || out[1].to < 0)
        return "a port of the standard streams is missing";
    if ((!(flags & CONTROL_START_CLOSED(0)) &&
         !make_pipe(0, &in.to, &theirs[0])) ||
        (!(flags & CONTROL_START_CLOSED(1)) &&
         !make_pipe(1, &out[0].from, &theirs[1])) ||
        (!(flags & CONTROL_START_CLOSED(2)) &&
         !make_pipe(1, &out[1].from, &theirs[2])))
        return "cannot make a pipe";
    return NULL;
}

static void start_command(struct control_start *start, size_t size)
{
    char *at = start->strings, *end = (char *)start + size;
    bool room =
        size >= sizeof *start && start->argc <= size && start->envc <= size;
    char **argv = room ? split(&at, end, start->argc) : NULL;
    char **envp = argv ? split(&at, end, start->envc) : NULL;
    char **cwd = envp ? split(&at, end, 1) : NULL;
    int theirs[3] = {-1, -1, -1};
    const char *error = NULL;
    if (!cwd || (!start->argc && !(start->flags & CONTROL_START_LOGIN)))
        error = "a broken START frame";
    else if (start->flags & CONTROL_START_TTY) {
        tty_path = access("/dev/hvc0", F_OK) ? tty_console() : "/dev/hvc0";
        tty = open(tty_path, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (tty < 0)
            error = "no terminal";
        set_window(start->rows, start->columns);
    } else {
        error = open_streams(start->flags, theirs);
    }
    if (!error) {
        child = fork();
        if (child == 0)
            child_main(start, argv, envp, *cwd, theirs);
        if (child < 0)
            error = "cannot fork";
    }
    for (int i = 0; i < 3; i++)
        close_fd(&theirs[i]);
    if (error) {
        say("%s", error);
        child_status = 126;
    } else {
        send_frame(CONTROL_STARTED, NULL, 0);
    }
}

/* ----------------------------------------------------------------- frames */

static void handle_frame(void)
{
    void *payload = frame.payload;
    size_t size = frame.header.length;
    struct control_window *window = payload;
    struct control_signal *sig = payload;
    struct control_count *count = payload;
    switch (frame.header.type) {
    case CONTROL_START:
        if (!child)
            start_command(payload, size);
        break;
    case CONTROL_WINDOW:
        if (size >= sizeof *window)
            set_window(window->rows, window->columns);
        break;
    case CONTROL_SIGNAL:
        if (size >= sizeof *sig && child > 0 && child_status < 0) {
            kill(-child, (int)sig->signal);
            send_frame(CONTROL_SIGNALLED, sig, sizeof *sig);
        }
        break;
    case CONTROL_END_OF_INPUT:
        if (size >= sizeof *count) {
            input_ended = true;
            input_size = count->bytes;
        }
        break;
    case CONTROL_CLOSE_OUTPUT:
        if (size >= sizeof *count && (count->stream == 1 || count->stream == 2))
            close_fd(&out[count->stream - 1].from);
        break;
    default:
        break; /* A newer host may know more; it saw our version. */
    }
}

static void receive(void)
{
    size_t head = sizeof frame.header, want;
    char *into;
    if (frame.have < head) {
        into = (char *)&frame.header + frame.have;
        want = head - frame.have;
    } else {
        into = frame.payload + (frame.have - head);
        want = head + frame.header.length - frame.have;
    }
    ssize_t n = read(control_fd, into, want);
    if (n == 0) {
        /* The host has gone. */
        say("the control port was closed");
        _exit(1);
    }
    if (n < 0)
        return;
    frame.have += (size_t)n;
    if (frame.have == head) {
        if (frame.header.length > CONTROL_MAX_PAYLOAD ||
            !(frame.payload = malloc(frame.header.length + 1u))) {
            say("a frame of %u bytes is too large", frame.header.length);
            _exit(1);
        }
    }
    if (frame.have >= head && frame.have == head + frame.header.length) {
        handle_frame();
        /* START's strings are not needed after the fork either. */
        free(frame.payload);
        frame.payload = NULL;
        frame.have = 0;
    }
}

/* ---------------------------------------------------------------- streams */

static void stream_fill(struct stream *s, size_t limit)
{
    if (s->at == s->end)
        s->at = s->end = 0;
    size_t room = sizeof s->buffer - s->end;
    ssize_t n = read(s->from, s->buffer + s->end, room < limit ? room : limit);
    if (n > 0)
        s->end += (size_t)n;
    else if (s != &in && (n == 0 || (errno != EAGAIN && errno != EINTR)))
        close_fd(&s->from);
    if (s == &in && n > 0)
        input_read += (uint64_t)n;
}

/* Returns false when nobody takes the bytes any more. */
static bool stream_drain(struct stream *s)
{
    ssize_t n = write(s->to, s->buffer + s->at, s->end - s->at);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    s->at += (size_t)n;
    s->total += (uint64_t)n;
    return true;
}

static void input_step(bool readable, bool writable)
{
    if (readable) {
        uint64_t left = input_ended ? input_size - input_read : UINT64_MAX;
        stream_fill(&in, left < BUFFER ? (size_t)left : BUFFER);
    }
    if (writable && in.end > in.at && !stream_drain(&in)) {
        close_fd(&in.to);
        send_frame(CONTROL_INPUT_CLOSED, NULL, 0);
    }
}

static void reap(void)
{
    char bytes[64];
    while (read(wake[0], bytes, sizeof bytes) > 0)
        ;
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == child)
            child_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                               : WEXITSTATUS(status);
}

static void on_child(int signal)
{
    (void)signal;
    int saved = errno;
    if (write(wake[1], "", 1) < 0) {
        /* Full: it is readable already. */
    }
    errno = saved;
}

/* One turn of the loop. */
static void turn(void)
{
    enum {
        CONTROL,
        WAKE,
        IN_FROM,
        IN_TO,
        OUT
    };
    struct pollfd p[OUT + 4];
    if (in.to < 0)
        in.at = in.end = 0;
    if (input_ended && input_read >= input_size && in.at == in.end)
        close_fd(&in.to);
    p[CONTROL] = (struct pollfd){control_fd, POLLIN, 0};
    p[WAKE] = (struct pollfd){wake[0], POLLIN, 0};
    bool want = in.to >= 0 && in.at == in.end &&
                !(input_ended && input_read >= input_size);
    p[IN_FROM] = (struct pollfd){want ? in.from : -1, POLLIN, 0};
    /* Without bytes to write it is watched for its reader going away. */
    p[IN_TO] = (struct pollfd){in.to, in.end > in.at ? POLLOUT : 0, 0};
    for (int i = 0; i < 2; i++) {
        struct stream *s = &out[i];
        bool full = s->end > s->at;
        p[OUT + 2 * i] = (struct pollfd){full ? -1 : s->from, POLLIN, 0};
        p[OUT + 2 * i + 1] = (struct pollfd){full ? s->to : -1, POLLOUT, 0};
    }
    if (poll(p, OUT + 4, -1) < 0)
        return;
    if (p[WAKE].revents)
        reap();
    input_step(p[IN_FROM].revents & POLLIN, p[IN_TO].revents & POLLOUT);
    if (in.to >= 0 && (p[IN_TO].revents & POLLERR)) {
        close_fd(&in.to);
        send_frame(CONTROL_INPUT_CLOSED, NULL, 0);
    }
    for (int i = 0; i < 2; i++) {
        if (p[OUT + 2 * i].revents && out[i].from >= 0)
            stream_fill(&out[i], BUFFER);
        if (out[i].end > out[i].at && !stream_drain(&out[i]))
            out[i].at = out[i].end;
    }
    if (p[CONTROL].revents)
        receive();
}

/* What the command left in the pipes when it ended belongs to its output. */
static void drain_outputs(void)
{
    for (int i = 0; i < 2; i++) {
        struct stream *s = &out[i];
        for (;;) {
            while (s->end > s->at) {
                struct pollfd p = {s->to, POLLOUT, 0};
                poll(&p, 1, -1);
                if (!stream_drain(s))
                    s->at = s->end;
            }
            if (s->from < 0)
                break;
            stream_fill(s, BUFFER);
            if (s->end == s->at)
                break;
        }
    }
}

void agent_run(int control)
{
    control_fd = control;
    fcntl(control, F_SETFL, O_NONBLOCK);
    in.from = in.to = -1;
    for (int i = 0; i < 2; i++)
        out[i].from = out[i].to = -1;
    signal(SIGPIPE, SIG_IGN);
    struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_RESTART};
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0) {
        say("cannot make a pipe: %s", strerror(errno));
        return;
    }
    sigaction(SIGCHLD, &action, NULL);

    struct control_ready ready = {CONTROL_VERSION};
    send_frame(CONTROL_READY, &ready, sizeof ready);
    while (child_status < 0)
        turn();
    drain_outputs();
    if (tty >= 0)
        tcdrain(tty);
    struct control_exit end = {.status = (uint32_t)child_status,
                               .bytes = {out[0].total, out[1].total}};
    send_frame(CONTROL_EXIT, &end, sizeof end);
}
